"""What user agents say of themselves."""

# ruff: noqa: E501 (an agent a line, as it is sent)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.core.origin import AgentFacts
from leadline.learn.human import agent_of

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


@pytest.mark.parametrize(
    ("agent", "facts"),
    [
        (f"{WINDOWS} {KIT} Chrome/141.0.0.0 Safari/537.36", ("browser", "chrome", "desktop", 141, "fine")),
        (f"{WINDOWS} {KIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", ("browser", "edge", "desktop", 141, "fine")),
        (f"{WINDOWS} {KIT} Chrome/120.0.6099.109 Safari/537.36", ("browser", "chrome", "desktop", 120, "odd")),
        (f"{WINDOWS} {KIT} Chrome/134.0.6998.99 Electron/35.0.1 Safari/537.36", ("browser", "chrome", "desktop", 134, "fine")),
        (f"Mozilla/5.0 (Windows NT 5.1) {KIT} Chrome/120.0.0.0 Safari/537.36", ("browser", "chrome", "desktop", 120, "odd")),
        (f"Mozilla/5.0 (Windows NT 6.1; WOW64) {KIT} Chrome/41.0.2272.76 Safari/537.36", ("browser", "chrome", "desktop", 41, "old")),
        (f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/141.0.0.0 Mobile Safari/537.36", ("browser", "chrome", "phone", 141, "fine")),
        (f"Mozilla/5.0 (Linux; Android 13; CUBOT X50) {KIT} Chrome/141.0.0.0 Mobile Safari/537.36", ("browser", "chrome", "phone", 141, "fine")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("browser", "firefox", "desktop", 140, "fine")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Firefox/140.0", ("browser", "firefox", "desktop", 140, "odd")),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Version/18.1 Safari/605.1.15", ("browser", "safari", "desktop", 18, "fine")),
        (f"{WINDOWS} {SAFARI} Version/18.1 Safari/605.1.15", ("browser", "safari", "desktop", 18, "odd")),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI} Mobile/15E148", ("browser", "view", "phone", 0, "fine")),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", ("browser", "explorer", "desktop", 11, "old")),
    ],
)  # fmt: skip
def test_browsers(agent: str, facts: tuple[str, str, str, int, str]) -> None:
    assert agent_of(agent) == AgentFacts(*facts)


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0", "privacy proxy"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "image proxy"),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "image proxy"),
        ("curl/8.5.0", "library"),
        ("python-requests/2.32.3", "library"),
        ("okhttp/4.12.0", "library"),
        ("Apache-HttpClient/4.5.14 (Java/17.0.9)", "library"),
        ("SomethingNew/3.1", "library"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/126.0.0.0 Safari/537.36", "headless"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview"),
        ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "monitor"),
        ("BarracudaLinkProtect/2.1", "scanner"),
        ("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", "mail client"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI}", "mail client"),
        ("Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.0", "browser"),
        ("-", "none"),
        ("", ""),
        ("   ", ""),
        ("a word", ""),
    ],
)
def test_families(agent: str, family: str) -> None:
    assert agent_of(agent).family == family


@given(st.text(max_size=2_000))
def test_any_text_is_read(agent: str) -> None:
    facts = agent_of(agent)
    assert facts == agent_of(agent[:512])
    assert 0 <= facts.version < 10_000


@pytest.mark.parametrize(
    "agent",
    ["(" * 10_000, "Mozilla/5.0 (" + "(a" * 5_000, "Chrome/" * 1_500, "a/" * 5_000, "Mozilla/5.0 (x) " + " " * 9_000],
)
def test_long_agents_are_cut_before_they_are_read(agent: str) -> None:
    assert agent_of(agent) is agent_of(agent[:512] + "x" * 20_000)  # of which no letter after the 512th is read or kept
