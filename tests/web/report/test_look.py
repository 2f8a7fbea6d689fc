"""The tokens of the look: both themes reach the contrast of WCAG 2.2 AA, and no page names a colour of its own."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

LOOK = files("leadline.web.shell").joinpath("look.css").read_text(encoding="utf-8")
PAGE = files("leadline.web.report").joinpath("page.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): light-dark\((#\w+, #\w+)\)", LOOK))
TEXT = [
    *(("ink", ground) for ground in ("paper", "card", "doubt", "wash")),
    *(("soft", ground) for ground in ("paper", "card", "wash")),
    *(("deep", ground) for ground in ("paper", "card", "wash")),
    *(("claim", ground) for ground in ("paper", "card", "doubt")),
    ("card", "deep"),
]
MARKS = [("deep", "paper"), ("deep", "card"), ("edge", "paper"), ("edge", "card"), ("claim", "card"), ("soft", "paper")]


def _light(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str, theme: int) -> float:
    a, b = (_light(TOKENS[name].split(", ")[theme]) for name in (one, other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme: int) -> None:
    low = {p: round(_contrast(*p, theme), 2) for p in TEXT if _contrast(*p, theme) < 4.5}
    low |= {p: round(_contrast(*p, theme), 2) for p in MARKS if _contrast(*p, theme) < 3}
    assert low == {}


def test_colours_live_in_the_tokens_alone() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", PAGE)
    assert len(re.findall(r"#[0-9a-fA-F]{3,8}\b", LOOK)) == 2 * len(TOKENS)


def test_every_token_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"--([\w-]+):", LOOK))
    assert set(re.findall(r"var\(--([\w-]+)\)", LOOK + PAGE)) <= defined
