"""Bytes as they come (standard input, gzip, any encoding) made into one plain file that can be read again."""

from __future__ import annotations

import codecs
import gzip
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from leadline.core.errors import DataError, UnreadableSource

CHUNK = 4 << 20
SAMPLE = 1 << 18
GZIP_RATIO = 200  # text packs 3 to 30 times; a bomb 1,000
GZIP_FREE = 1 << 30  # below this size unpacked, any ratio is harmless

_BLANK = b" \t\r\n\v\f" + codecs.BOM_UTF8
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r"),
    *("shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "cp850", "cp852", "mac_roman"),
]


@dataclass(frozen=True, slots=True)
class PlainText:
    """A UTF-8 file without BOM or NUL bytes: `start` is the first byte after a BOM; `scratch` when it is ours to
    remove. `apostrophe` is true when the text holds one anywhere, `quotes` counts its double quotes."""

    path: Path
    start: int
    encoding: str
    scratch: bool
    apostrophe: bool
    quotes: int
    notes: tuple[str, ...] = ()


def scratch_file(suffix: str = "") -> Path:
    """A new, empty temporary file that only this user can read."""
    handle, name = tempfile.mkstemp(prefix="leadline-", suffix=suffix)
    os.close(handle)
    return Path(name)


def spool_input() -> Path:
    """Standard input as a temporary file."""
    path = scratch_file()
    try:
        with path.open("wb") as out:
            while chunk := sys.stdin.buffer.read(CHUNK):
                out.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def unpack(path: Path, name: str) -> Path:
    """The contents of a gzip file as a temporary file. Raises UnreadableSource where it is broken or a bomb."""
    packed = max(path.stat().st_size, 1)
    out_path = scratch_file()
    try:
        with gzip.open(path, "rb") as source, out_path.open("wb") as out:
            size = 0
            while chunk := source.read(CHUNK):
                size += len(chunk)
                if size > GZIP_FREE and size > GZIP_RATIO * packed:
                    raise UnreadableSource(
                        f"{name} unpacks to more than {GZIP_RATIO} times its size, as harmful files do; "
                        "unpack it yourself if you trust it"
                    )
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        out_path.unlink(missing_ok=True)
        raise UnreadableSource(f"{name} is a broken or cut-off gzip file; copy or export it again") from error
    except BaseException:
        out_path.unlink(missing_ok=True)
        raise
    return out_path


def plain_text(path: Path, name: str) -> PlainText:
    """The file as UTF-8: itself where it is so already, else a temporary copy. Raises UnreadableSource where it is no
    text, DataError where it is empty."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if not head.removeprefix(codecs.BOM_UTF8).strip() and not any(chunk.strip(_BLANK) for chunk in _chunks(path)):
        raise DataError(f"{name} is empty; give a file with a header and rows")
    encoding = _encoding_of_head(head, name)
    if encoding in ("utf-8", "utf-8-sig"):
        looked = _look(path)
        if looked.valid and not looked.nul:
            start = 3 if encoding == "utf-8-sig" else 0
            return PlainText(path, start, "utf-8", False, looked.apostrophe, looked.quotes)
        encoding = "utf-8" if looked.valid else _guess(looked.around, head)
    return _transcoded(path, name, encoding)


def _encoding_of_head(head: bytes, name: str) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    zeros = head.count(0)
    if zeros > len(head) // 5:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd > 0.4 * len(head[1::2]) and even < 0.05 * len(head[::2]) + 1:
            return "utf-16-le"
        if even > 0.4 * len(head[::2]) and odd < 0.05 * len(head[1::2]) + 1:
            return "utf-16-be"
    control = sum(head.count(byte) for byte in (*range(9), *range(14, 27), 28, 29, 30, 127))
    loose = head.decode("utf-8", errors="replace")[:-1]
    most = 0.02 if "\ufffd" in loose else 0.3  # text of our own may hold a control sign or two
    if zeros > 0.02 * len(head) or (control > most * len(head) and control > 2):
        raise UnreadableSource(f"{name} is not a table of text but binary data; give CSV, XLSX, Parquet or JSON lines")
    return "utf-8"


@dataclass(frozen=True, slots=True)
class _Look:
    valid: bool
    nul: bool
    apostrophe: bool
    quotes: int
    around: bytes


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _look(path: Path) -> _Look:
    """One pass that tells whether all of the file is UTF-8, and what else there is in it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    nul = apostrophe = False
    quotes = 0
    for chunk in _chunks(path):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return _Look(False, nul, apostrophe, quotes, chunk[max(error.start - SAMPLE // 2, 0) :][:SAMPLE])
        nul = nul or b"\0" in chunk
        apostrophe = apostrophe or b"'" in chunk
        quotes += chunk.count(b'"')
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _Look(False, nul, apostrophe, quotes, b"")
    return _Look(True, nul, apostrophe, quotes, b"")


def _guess(around: bytes, head: bytes) -> str:
    """The encoding of bytes that are not UTF-8."""
    sample = around + head
    loose = sample.decode("utf-8", errors="replace")
    wrong = loose.count("\ufffd")
    right = sum(1 for sign in loose if ord(sign) > 127) - wrong
    if right > 10 * wrong:  # UTF-8 with a few broken characters
        return "utf-8"
    # Western text has lone letters above 127 among plain ones; other scripts have runs of them.
    high = [byte > 127 for byte in sample]
    lone = sum(1 for at, is_high in enumerate(high) if is_high and not any(high[max(at - 2, 0) : at]))
    if lone > 0.6 * max(sum(high), 1):
        text = sample.decode("cp1252", errors="replace")
        strange = sum(
            1 for sign in text if sign in "\ufffd¤¥¦§¨ª¬¯±²³µ¶¸¹º¼½¾¿×÷ÞþðÐƒ†‡ˆ‰‹›˜" or "\x80" <= sign < "\xa0"
        )
        if strange <= 0.3 * max(sum(high), 1):
            return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample[:SAMPLE], cp_isolation=_GUESSES).best()
    return best.encoding if best is not None else "cp1252"


def _transcoded(path: Path, name: str, encoding: str) -> PlainText:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    out_path = scratch_file()
    replaced = nuls = quotes = 0
    apostrophe = False
    try:
        with out_path.open("wb") as out:
            for chunk in chain(_chunks(path), [b""]):
                text = decoder.decode(chunk, final=not chunk)
                replaced += text.count("\ufffd")
                nuls += text.count("\0")
                quotes += text.count('"')
                apostrophe = apostrophe or "'" in text
                out.write(text.replace("\0", "").encode("utf-8", errors="replace"))
        with out_path.open("rb") as file:
            start = 3 if file.read(3) == codecs.BOM_UTF8 else 0
    except BaseException:
        out_path.unlink(missing_ok=True)
        raise
    notes = []
    if nuls:
        notes.append(
            f"{name} holds {nuls:,} NUL byte{'s' * (nuls > 1)}, which {'were' if nuls > 1 else 'was'} left out."
        )
    if replaced:
        notes.append(
            f"In {name}, {replaced:,} byte{'s' * (replaced > 1)} could not be read as {encoding} and show as '\ufffd'."
        )
    return PlainText(out_path, start, encoding.replace("-sig", ""), True, apostrophe, quotes, tuple(notes))
