"""What a user agent says of itself: a browser, a library, a scanner, a proxy of a mail service, or something odd.

It says what was claimed, never what is true: scanners may carry the agent of a real browser. Patterns name kinds of
words (bot, crawl, scan, fetch) before names, since names change faster.
"""

from __future__ import annotations

import re
from functools import lru_cache

from leadline.core.origin import NO_AGENT, AgentFacts

_CAP = 512  # letters that are read; real agents have under 300
# Browsers that are at least two years older than this module: people update, copies of agents do not.
_OLD = {"chrome": 110, "edge": 110, "firefox": 109, "safari": 15, "opera": 95, "samsung": 19, "explorer": 99}

_IMAGE_PROXY = re.compile(r"googleimageproxy|yahoomailproxy|ggpht\.com", re.IGNORECASE)
_MONITOR = re.compile(
    r"uptime|pingdom|statuscake|monitor|health.?check|site24x7|synthetic|lighthouse|nagios|zabbix", re.IGNORECASE
)
_PREVIEW = re.compile(
    r"preview|unfurl|link.?expand|externalhit|slack-?img|whatsapp|telegrambot|discordbot|embed|iframely|"
    r"twitterbot|linkedinbot|teams.?bot|viber",
    re.IGNORECASE,
)
_SCANNER = re.compile(
    r"safelinks|mimecast|proofpoint|barracuda|scan|phish|threat|malware|antivirus|virus|secur|sandbox|urldefen[cs]e|"
    r"ironport|forti(?:mail|sandbox)|sophos|trend ?micro|mailguard|link.?(?:check|protect)|url.?(?:check|protect)|"
    r"protection|inspect|vade|hornet|reputation",
    re.IGNORECASE,
)
_HEADLESS = re.compile(
    r"headless|phantomjs|slimerjs|selenium|webdriver|puppeteer|playwright|cypress|electron-prerender|prerender|jsdom|"
    r"splash|htmlunit|zombie\.js|nightmare",
    re.IGNORECASE,
)
_BOT = re.compile(
    r"(?<!cu)bot(?:\b|_)|bots\.|crawl|spider|slurp|fetch|scrap|archiv|index(?:er|ing)|\bfeed|\brss|collector|harvest|"
    r"research|agent/|validator|analy[sz]er|\+?https?://|@[a-z0-9-]+\.[a-z]|\bai\b|gpt|-user/",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"curl|wget|python|aiohttp|httpx|requests|urllib|okhttp|go-http|java/|\bjava\b|apache-http|httpclient|http.?client|"
    r"libwww|lwp|perl|ruby|faraday|php|guzzle|node|axios|undici|\bgot\b|superagent|dart|\.net|powershell|winhttp|"
    r"libcurl|rest-?client|postman|insomnia|reqwest|jetty|resty|\bhttp[_/-]?[a-z]*/\d|scrapy|\bahc\b|colly|hyper|cfnetwork",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"outlook|microsoft office|ms-?office|thunderbird|lotus-notes|airmail|mailbird|spark/|superhuman|emclient",
    re.IGNORECASE,
)
_TEXT = re.compile(r"^(Lynx|w3m|E?Links|Dillo|NetSurf)[/ ]")
# What Apple's mail privacy proxy says of itself.
_BARE = re.compile(r"^Mozilla/[45]\.0$")
# Apple's Mail on a desk names no browser.
_APPLE_MAIL = re.compile(r"^Mozilla/5\.0 \(Macintosh[^)]*\) AppleWebKit/[\d.]+ \(KHTML, like Gecko\)$")
_NAMED = (("monitor", _MONITOR), ("preview", _PREVIEW), ("headless", _HEADLESS), ("scanner", _SCANNER))
_ENGINE = re.compile(r"^Mozilla/5\.0 \([^()]*(?:\([^()]*\)[^()]*)?\) ?(?:AppleWebKit/|Gecko/|like Gecko)")
_PRODUCT = re.compile(
    r"(EdgA|EdgiOS|Edg|Edge|OPR|OPiOS|OPT|SamsungBrowser|CriOS|FxiOS|Firefox|Chrome|Chromium|Version)/(\d{1,4})([\d.]*)"
)
_NAMES = {
    "EdgA": "edge", "EdgiOS": "edge", "Edg": "edge", "Edge": "edge", "OPR": "opera", "OPiOS": "opera", "OPT": "opera",
    "SamsungBrowser": "samsung", "CriOS": "chrome", "FxiOS": "firefox", "Firefox": "firefox", "Chromium": "chrome",
    "Chrome": "chrome", "Version": "safari",
}  # fmt: skip
_ORDER = tuple(_NAMES)
_WINDOWS = re.compile(r"Windows NT (\d+\.\d+)")
_REVISION = re.compile(r"rv:(\d{1,4})")


def agent_of(user_agent: str) -> AgentFacts:
    """The facts of a user agent, of which the first 512 letters are read; '' gives a family of ''. Cached."""
    return _facts(user_agent if len(user_agent) <= _CAP else user_agent[:_CAP])


@lru_cache(maxsize=16_384)
def _facts(text: str) -> AgentFacts:
    text = text.strip()
    if not text:
        return AgentFacts()
    if text in {"-", "null", "undefined", "None"}:
        return NO_AGENT
    if _IMAGE_PROXY.search(text):
        return AgentFacts("image proxy")
    if _BARE.match(text):
        return AgentFacts("privacy proxy")
    device = _device(text)
    for family, pattern in _NAMED:
        found = pattern.search(text)
        if found:
            return AgentFacts(family, found.group().lower(), device)
    if _MAIL.search(text) or _APPLE_MAIL.match(text):
        return AgentFacts("mail client", "", device)
    found = _BOT.search(text)
    if found:
        return AgentFacts("bot", found.group().lower(), device)
    if _ENGINE.match(text):
        return _browser(text, device)
    found = _TEXT.match(text)
    if found:
        return AgentFacts("browser", found[1].lower(), "desktop")
    found = _LIBRARY.search(text)
    if found:
        return AgentFacts("library", found.group().lower(), device)
    if re.match(r"Mozilla/|Opera/", text):
        return AgentFacts("browser", "", device, 0, "old" if "MSIE" in text or text.startswith("Opera/") else "odd")
    # A short word with a version is a program; what no rule knows is left unknown.
    if re.match(r"[\w.+ -]{1,60}/v?\d", text):
        return AgentFacts("library", text.partition("/")[0][:40].lower())
    return AgentFacts()


def _device(text: str) -> str:
    if "iPad" in text or "Tablet" in text or ("Android" in text and "Mobile" not in text):
        return "tablet"
    if "Mobile" in text or "iPhone" in text or "Android" in text:
        return "phone"
    return "desktop" if re.search(r"Windows NT|Macintosh|X11|CrOS", text) else ""


def _browser(text: str, device: str) -> AgentFacts:
    """A browser, and whether what it says of itself can be."""
    products = {found[1]: (int(found[2]), found[3]) for found in _PRODUCT.finditer(text)}
    if "Trident/" in text:
        return AgentFacts("browser", "explorer", device, 11, "old")
    key = next((key for key in _ORDER if key in products), "")
    if not key:
        # Views of pages inside apps name no browser; elsewhere that is odd.
        return AgentFacts("browser", "view", device, 0, "fine" if device in {"phone", "tablet"} else "odd")
    name, version = _NAMES[key], products[key][0]
    if key == "Edge":
        return AgentFacts("browser", name, device, version, "old")
    odd = _odd(text, name, version, products, device)
    return AgentFacts("browser", name, device, version, "odd" if odd else "old" if version < _OLD[name] else "fine")


def _odd(text: str, name: str, version: int, products: dict[str, tuple[int, str]], device: str) -> bool:
    """Whether the parts of a browser's agent cannot come from one browser."""
    if version == 0 or version > 400:
        return True
    windows = _WINDOWS.search(text)
    old_windows = windows is not None and float(windows[1]) < 6.1
    if name == "firefox":
        revision = _REVISION.search(text)
        mismatch = revision is not None and int(revision[1]) not in {version, 109}
        return mismatch or (old_windows and version > 52)
    if "Chrome" in products or "Chromium" in products:
        engine = products.get("Chrome") or products["Chromium"]
        # Since version 107 Chrome on desktops names no build (user agent reduction); apps built on it still do.
        exact = engine[0] >= 110 and device == "desktop" and engine[1] not in {".0.0.0", ".0.0", ".0"}
        app = re.search(r"Electron/|Teams/|Slack/|WebView|; wv\)|Vivaldi|YaBrowser|Whale|QtWebEngine", text)
        return (exact and app is None) or (old_windows and engine[0] > 49) or "Safari/" not in text
    if name == "safari":
        return device == "desktop" and "Macintosh" not in text and "X11" not in text
    return False
