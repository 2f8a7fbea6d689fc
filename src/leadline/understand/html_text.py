"""HTML of a mail as lines of text in which what is quoted stands behind '>', as in plain mails."""

from __future__ import annotations

import html
import re

_BLOCKS = frozenset(
    "address article blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main "
    "nav ol p pre section table tr ul".split()
)
_SPACED = frozenset(("p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote"))
_SILENT = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "xml"))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Yahoo wraps the mail that it answers without marking its lines.
_QUOTED = re.compile(r"yahoo_quoted|OLK_SRC_BODY_SECTION")
_SIGNED = re.compile(
    r"gmail_signature|moz-signature|(?<![\w-])Signature(?![\w-])|ms-outlook-mobile-signature", re.IGNORECASE
)
_RULED = re.compile(r"border-top:\s*solid\s+#[0-9a-f]{6}|border-top:\s*#[0-9a-f]{6}\s[^;]*solid", re.IGNORECASE)

SIGNATURE = "-- "
"""The line before a signature (RFC 3676, 4.3)."""
HEADER_RULE = "_" * 32
"""The line that Outlook writes above the headers of the mail that it answers."""

_DEEPEST = 200
_MOST_CHARACTERS = 400_000
_MOST_MARKUP = 1_000_000

# A tag, text, or a stray sign. No part of it looks beyond the next '<', so that broken markup takes no time: the parser
# of the standard library needs minutes for some.
_TOKEN = re.compile(r"""<(/?)([A-Za-z][\w:-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|<![^<>]*>|([^<]+)|<""")
_ATTRIBUTE = re.compile(r"""(class|id|style)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


class _Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._text: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []
        self._depth = 0
        self._silent = 0
        self._pre = 0
        self._size = 0

    def _break(self, *, blank: bool = False) -> None:
        text = "".join(self._text)
        self._text.clear()
        text = text if self._pre else re.sub(r"[ \t\r\n\f\v]+", " ", text).strip()
        mark = "> " if self._depth else ""
        if text.strip():
            self.lines += [mark + line.rstrip() for line in text.split("\n")]
        if blank and self.lines and self.lines[-1] not in ("", ">"):
            self.lines.append(mark.strip())

    def feed(self, markup: str) -> None:
        """Reads all of it."""
        for token in _TOKEN.finditer(markup):
            closes, tag, attributes, text = token.groups()
            if text is not None:
                self._take_text(html.unescape(text))
            elif tag is None:
                self._take_text("<" if token[0] == "<" else "")
            elif closes:
                self._take_end(tag.lower())
            else:
                self._take_start(tag.lower(), attributes)
                if attributes.endswith("/") and tag.lower() not in _VOID | _BLOCKS:
                    self._take_end(tag.lower())

    def _take_start(self, tag: str, attributes: str) -> None:
        if tag == "br":
            text = "".join(self._text).strip()
            self._break()
            if not text:
                self.lines.append(">" if self._depth else "")
            return
        found = _ATTRIBUTE.findall(attributes[:5_000])
        named = {name.lower(): html.unescape(double or single or bare) for name, double, single, bare in found}
        if tag in _BLOCKS:
            self._break(blank=tag in _SPACED)
        if tag == "hr" or (tag == "div" and _RULED.search(named.get("style", ""))):
            self._rule(outlook=tag == "div" or named.get("id") == "stopSpelling")
        name = f"{named.get('class', '')} {named.get('id', '')}"
        if "divRplyFwdMsg" in name or "appendonsend" in name:
            self._rule(outlook=True)
        if _SIGNED.search(name) and "gmail_signature_prefix" not in name:
            self._break()
            self.lines.append(("> " if self._depth else "") + SIGNATURE)
        if tag in _VOID or len(self._open) >= _DEEPEST:
            return
        # The editor of Gmail indents with this style, and quotes nothing by it.
        indents = "margin:0 0 0 40px" in named.get("style", "").replace("0px", "0").replace(": ", ":")
        quotes = (tag == "blockquote" and not indents) or bool(_QUOTED.search(name))
        silent = tag in _SILENT
        self._open.append((tag, quotes, silent))
        self._depth += quotes
        self._silent += silent
        self._pre += tag == "pre"

    def _rule(self, *, outlook: bool) -> None:
        self._break()
        if outlook:
            self.lines.append(HEADER_RULE)

    def _take_end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break(blank=tag in _SPACED)
        at = next((at for at in range(len(self._open) - 1, -1, -1) if self._open[at][0] == tag), None)
        if at is None:
            return
        for name, quotes, silent in self._open[at:]:
            self._depth -= quotes
            self._silent -= silent
            self._pre -= name == "pre"
        del self._open[at:]

    def _take_text(self, data: str) -> None:
        if not self._silent and self._size < _MOST_CHARACTERS:
            self._size += len(data)
            self._text.append(data)

    def finish(self) -> list[str]:
        self._break()
        return self.lines


def text_of(markup: str) -> str:
    """The text of an HTML mail: a line for each block, quoted blocks behind '> ', a signature behind '-- '.

    Never raises: broken markup gives what a reader would see of it. Longer than a million characters is cut.
    """
    reader = _Lines()
    # Comments, and the conditional sections and instructions of Outlook.
    reader.feed(re.sub(r"(?s)<!--.*?(?:-->|\Z)|<!\[[^<>]*>|<\?[^<>]*>", "", markup[:_MOST_MARKUP]))
    return "\n".join(reader.finish())
