"""User agents of the simulated traffic, in pools: what people's browsers send, and what scanners send.

Pools whose name ends in `_unseen` are drawn from by unseen traffic only.
"""

# ruff: noqa: E501 (an agent a line, as it is sent)

from __future__ import annotations

import numpy as np

_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


def _chrome(system: str, version: int, build: str = ".0.0.0", after: str = "") -> str:
    return f"Mozilla/5.0 ({system}) {_KIT} Chrome/{version}{build}{after} Safari/537.36"


def person(rng: np.random.Generator, odd: float) -> tuple[str, str, str]:
    """A person's browser as (agent, device, engine). `odd` is the share of browsers that few people use."""
    newest = int(rng.integers(138, 144))
    version = newest - int(rng.geometric(0.45)) + 1
    if rng.random() < odd:
        return _odd(rng, version)
    kind = rng.choice(["windows", "edge", "mac", "safari", "iphone", "android", "firefox", "samsung"],
                      p=[0.26, 0.2, 0.1, 0.1, 0.16, 0.1, 0.06, 0.02])  # fmt: skip
    if kind == "windows":
        return _chrome("Windows NT 10.0; Win64; x64", version), "desktop", "chrome"
    if kind == "edge":
        edge = f" Safari/537.36 Edg/{version}.0.0.0"
        return f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/{version}.0.0.0{edge}", "desktop", "chrome"
    if kind == "mac":
        return _chrome("Macintosh; Intel Mac OS X 10_15_7", version), "desktop", "chrome"
    apple = f"{int(rng.integers(16, 20))}.{int(rng.integers(0, 7))}"
    if kind == "safari":
        return (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Version/{apple} Safari/605.1.15",
            "desktop",
            "safari",
        )
    if kind == "iphone":
        system = f"iPhone; CPU iPhone OS {apple.replace('.', '_')} like Mac OS X"
        return f"Mozilla/5.0 ({system}) {_SAFARI} Version/{apple} Mobile/15E148 Safari/604.1", "phone", "safari"
    if kind == "android":
        return (
            f"Mozilla/5.0 (Linux; Android 10; K) {_KIT} Chrome/{version}.0.0.0 Mobile Safari/537.36",
            "phone",
            "chrome",
        )
    if kind == "firefox":
        return (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0",
            "desktop",
            "firefox",
        )
    samsung = f"SamsungBrowser/{int(rng.integers(22, 29))}.0 Chrome/{version - 10}.0.0.0 Mobile Safari/537.36"
    return f"Mozilla/5.0 (Linux; Android 10; K) {_KIT} {samsung}", "phone", "chrome"


def _odd(rng: np.random.Generator, version: int) -> tuple[str, str, str]:
    """Browsers that few people use, old ones and views inside apps among them."""
    apps = (
        (_chrome("Windows NT 10.0; Win64; x64", int(rng.integers(70, 109)), f".0.{int(rng.integers(3000, 5500))}.{int(rng.integers(40, 200))}"), "desktop"),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "desktop"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_SAFARI} Mobile/15E148", "phone"),
        (f"Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A; wv) {_KIT} Version/4.0 Chrome/{version}.0.7204.63 Mobile Safari/537.36", "phone"),
        (_chrome("X11; Linux x86_64", version), "desktop"),
        (_chrome("X11; CrOS x86_64 14541.0.0", version), "desktop"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "desktop"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/{version}.0.0.0 Safari/537.36 OPR/{version - 15}.0.0.0", "desktop"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/{version}.0.6998.99 Electron/35.0.1 Safari/537.36", "desktop"),
        (f"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {_KIT} Chrome/{version}.0.0.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.2 Safari/605.1.15", "desktop"),
        (_chrome("Windows NT 10.0; Win64; x64", version, f".0.{int(rng.integers(6800, 7400))}.{int(rng.integers(20, 200))}"), "desktop"),
    )  # fmt: skip
    agent, device = apps[int(rng.integers(len(apps)))]
    return agent, device, "other"


MAIL_PROGRAMS = (
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI}",
)
IMAGE_PROXIES = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
)
PRIVACY_PROXY = "Mozilla/5.0"

_POOLS: dict[str, tuple[str, ...]] = {
    "telling": (
        "Mozilla/5.0 (compatible; MimecastProtection/1.2)",
        "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
        "BarracudaLinkProtect/2.1",
        "Mozilla/5.0 (Windows NT 10.0) SafeLinks/1.0 scanning",
        "Sophos-Email-Scanner/3.4",
    ),
    "telling_unseen": (
        "Mozilla/5.0 (compatible; CloudmarkAuthority/7; +https://www.cloudmark.example)",
        "TMES-UrlRep 2.0",
        "AvananLinkVisitor/1",
        "Mozilla/5.0 (compatible; Clearswift SEG)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) checkpoint-harmony Safari/537.36",
        "WebsenseEmail/8.5 rating",
        "IcewarpLinkfollower",
    ),
    "library": (
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "Apache-HttpClient/4.5.14 (Java/17.0.9)",
        "curl/8.5.0",
        "Java/11.0.22",
    ),
    "library_unseen": (
        "aiohttp/3.10.5",
        "Jetty/11.0.20",
        "lua-resty-http/0.17.1 (Lua) ngx_lua/10026",
        "Faraday v2.9.0",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4522",
        "ReactorNetty/1.1.18",
        "Swift/5 FoundationNetworking",
        "axios/1.7.2",
    ),
    "headless": (
        f"Mozilla/5.0 (X11; Linux x86_64) {_KIT} HeadlessChrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
    ),
    "headless_unseen": (
        f"Mozilla/5.0 (X11; Linux x86_64) {_KIT} HeadlessChrome/139.0.7258.5 Safari/537.36",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} HeadlessEdg/138.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) WPE/2.42 Safari/605.1.15",
    ),
    "stale": (
        _chrome("Windows NT 6.1; WOW64", 41, ".0.2272.76"),
        _chrome("Windows NT 10.0; Win64; x64", 79, ".0.3945.88"),
        _chrome("Windows NT 10.0; Win64; x64", 87, ".0.4280.141"),
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:47.0) Gecko/20100101 Firefox/47.0",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
        _chrome("X11; Linux x86_64", 120, ".0.6099.109"),
        _chrome("Windows NT 10.0; Win64; x64", 117, ".0.5938.132"),
    ),
    "stale_unseen": (
        _chrome("Macintosh; Intel Mac OS X 10_14_6", 92, ".0.4515.107"),
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_6) AppleWebKit/601.7.7 (KHTML, like Gecko) Version/9.1.2 Safari/601.7.7",
        _chrome("Windows NT 10.0; Win64; x64", 128, ".0.6613.120"),
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:91.0) Gecko/20100101 Firefox/91.0",
        _chrome("X11; Linux x86_64", 105, ".0.0.0"),
        "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 11_0 like Mac OS X) AppleWebKit/604.1.38 (KHTML, like Gecko) Version/11.0 Mobile/15A372 Safari/604.1",
    ),
    "bot": (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    ),
    "bot_unseen": (
        "Mozilla/5.0 (compatible; DataForSeo-Bot/1.0)",
        "Sogou web spider/4.0",
        "ia_archiver (+http://www.alexa.com/site/help/webmasters)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0",
        "CCBot/2.0 (https://commoncrawl.org/faq/)",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider)",
        "netEstate NE Crawler",
    ),
    "preview": (
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.24.20.89 A",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    ),
    "preview_unseen": (
        "TelegramBot (like TwitterBot)",
        "Mattermost-Bot/1.1",
        "Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)",
        "Mozilla/5.0 (compatible; Iframely/1.3.1)",
        "Zulip URL card",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    ),
    "monitor": (
        "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
        "StatusCake",
    ),
    "monitor_unseen": ("Better Stack Better Uptime Bot", "Checkly/1.0", "Datadog/Synthetics", "Zabbix 6.4", "hetrixtools.com"),
}  # fmt: skip


def scanner(rng: np.random.Generator, pool: str) -> str | None:
    """An agent from a pool; None from the pool 'none'. 'real' are agents as people's browsers send them."""
    if pool == "none":
        return None
    if pool == "real":
        return person(rng, 0.05)[0]
    agents = _POOLS[pool]
    return agents[int(rng.integers(len(agents)))]
