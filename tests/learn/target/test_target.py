"""Target groups: words become rules, rules survive TOML, and lists are matched better than by keywords."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError
from leadline.core.target import FIELDS, Fit, Rule, Target, Weight
from leadline.learn.target.amounts import number_of
from leadline.learn.target.catalogue import country_of, functions_in, names_of, regions, seniorities_in
from leadline.learn.target.columns import Columns, of_table
from leadline.learn.target.file import dump, load, of_toml
from leadline.learn.target.matching import match, rule_words
from leadline.learn.target.wording import read
from leadline.warehouse.arrow import pa

from . import labelled  # noqa: TID252  tests are imported by path

HERE = Path(__file__).parent
EXAMPLE = "manufacturers of pumps in Germany or Austria, 50 to 500 employees, someone in purchasing, not distributors"


# ---- words -----------------------------------------------------------------------------------------------------------


def short(rule: Rule) -> tuple[str, str, str]:
    """A rule as the list of phrases writes it: sign, field, value."""
    sign = {Weight.MUST: "", Weight.SHOULD: "~", Weight.MUST_NOT: "-"}[rule.kind]
    if rule.field in ("employees", "revenue"):
        low, high = ("" if one is None else f"{one:.0f}" for one in (rule.low, rule.high))
        return sign, rule.field, f"{low}..{high} {rule.currency}".strip()
    if rule.field in ("industry", "text"):
        return sign, "like", "|".join(rule.values).lower()
    return sign, rule.field, ",".join(rule.values)


def wanted(text: str) -> tuple[str, str, str]:
    sign, rest = (text[0], text[1:]) if text[0] in "-~" else ("", text)
    if rest.startswith("like~"):
        return sign, "like", rest.removeprefix("like~")
    field, _, value = rest.partition("=")
    return sign, field, ",".join(sorted(regions()[value])) if field == "country" and value in regions() else value


def parsed(name: str, *, strict: bool) -> tuple[int, int, int, int, int]:
    """Phrases understood wholly, phrases, rules found, rules that are wanted, rules that are there and not wanted."""
    whole = phrases = right = total = beside = 0
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        words, _, rules = line.rpartition(" | ")
        want = [wanted(one.strip()) for one in rules.split(";")]
        left = [short(rule) for rule in read(words.strip()).rules]
        hits = 0
        for sign, field, value in want:
            found = next(
                (
                    one
                    for one in left
                    if one[:2] == (sign, field)
                    and (value in one[2] if field == "like" and not strict else value == one[2])
                ),
                None,
            )
            if found:
                left.remove(found)
                hits += 1
        whole += hits == len(want) and not left
        phrases, right, total, beside = phrases + 1, right + hits, total + len(want), beside + len(left)
    return whole, phrases, right, total, beside


def test_phrases_that_the_parser_never_saw() -> None:
    whole, phrases, right, total, beside = parsed("held_out.txt", strict=False)
    assert phrases >= 60
    assert whole / phrases >= 0.95
    assert right / total >= 0.97
    assert right / (right + beside) >= 0.97


@pytest.mark.parametrize("name", ["rough.txt", "held_out_rough.txt"])
def test_rough_phrases(name: str) -> None:
    whole, phrases, right, total, beside = parsed(name, strict=True)
    assert whole / phrases >= 0.75
    assert right / total >= 0.9
    assert right / (right + beside) >= 0.9


def test_the_example_of_the_help() -> None:
    target = read(EXAMPLE)
    assert [rule_words(rule) for rule in target.rules] == [
        "country is AT or DE",
        "industry is like manufacturers of pumps",
        "employees 50 to 500",
        "function is purchasing",
        "industry is like distributors",
    ]
    assert [rule.kind for rule in target.rules][-1] is Weight.MUST_NOT
    for rule in target.rules:
        assert rule.said in EXAMPLE


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120))
def test_any_words_are_rules_or_one_sentence(text: str) -> None:
    try:
        target = read(text)
    except CallError as error:
        assert "\n" not in str(error)
        return
    assert target.rules
    assert of_toml(tomllib.loads(dump(target))) == target


RULES = st.builds(
    Rule,
    st.sampled_from(("industry", "text", "title", "city")),
    st.lists(st.text(min_size=1, max_size=12).map(str.strip).filter(bool), min_size=1, max_size=3).map(tuple),
    kind=st.sampled_from(Weight),
    weight=st.sampled_from((1.0, 2.0, 0.5)),
    said=st.text(max_size=10),
) | st.builds(
    lambda low, more, kind: Rule("employees", (), float(low), float(low + more), kind=kind),
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.sampled_from(Weight),
)


@given(st.lists(RULES, min_size=1, max_size=5), st.text(max_size=20), st.text(max_size=20))
def test_toml_gives_the_same_target_back(rules: list[Rule], words: str, name: str) -> None:
    target = Target(tuple(rules), words, name)
    assert of_toml(tomllib.loads(dump(target))) == target


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "has 'x'"),
        ("[[rule]]\nfield = 'size'", "is about 'size'; the fields are country"),
        ("[[rule]]\nfield = 'country'\nis = ['Atlantis']", "names 'Atlantis'"),
        ("[[rule]]\nfield = 'employees'\nis = ['5']", "employees takes from and to"),
        ("[[rule]]\nfield = 'employees'\nfrom = 9\nto = 3", "from 9 to 3; turn them round"),
        ("[[rule]]\nfield = 'title'\nis = ['x']\nkind = 'maybe'", "say must, should or must not"),
        ("[[rule]]\nfield = 'function'\nis = ['juggling']", "function is one of purchasing"),
        ("[[rule]]\nfield = 'title'\nis = ['x']\nweight = 0", "a number above 0"),
        ("name = 'x'", "holds no rule"),
        ("x = ", "is no TOML"),
    ],
)
def test_a_mistake_in_a_file_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "target.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match=words):
        load(str(path))


def test_a_file_may_be_words(tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text('words = "hospitals in the Nordics"\n', encoding="utf-8")
    assert [rule.field for rule in load(str(path)).rules] == ["country", "industry"]
    with pytest.raises(CallError, match=r"There is no target group in .*no\.toml"):
        load(str(tmp_path / "no.toml"))


# ---- cells -----------------------------------------------------------------------------------------------------------


def test_what_cells_say() -> None:
    for cell in ("Germany", "DE", "deutschland", " GERMANY ", "the Netherlands", "U.S.A."):
        assert country_of(cell), cell
    assert country_of("Europe") == ""
    assert country_of("Atlantis") == ""
    assert number_of("51-200") == (51, 200)
    assert number_of("1,000+") == (1000, np.inf)
    assert number_of("< 50") == (0, 49)
    assert number_of("1.5k") == (1500, 1500)
    assert number_of("240 employees") == (240, 240)
    assert number_of("many") is None
    assert functions_in("Einkaufsleiter") == {"purchasing"}
    assert functions_in("Head of IT") == {"it"}
    assert functions_in("Italian chef") == set()
    assert seniorities_in("Managing Director") == {"c-level"}
    assert seniorities_in("Head of Sales") == {"head"}


def one(target: str, **cells: str | None) -> tuple[float, str, list[Fit]]:
    columns = Columns({name: [value] for name, value in cells.items()}, {name: name for name in cells}, 1)
    (row,) = match(columns, read(target))
    return row.score, row.band, [answer.fit for answer in row.answers]


def test_unknown_is_not_no() -> None:
    known = one("companies in Austria, 50+ employees", country="Austria", employees="240")
    blank = one("companies in Austria, 50+ employees", country="Austria", employees=None)
    wrong = one("companies in Austria, 50+ employees", country="Austria", employees="12")
    assert known == (100.0, "fits", [Fit.YES, Fit.YES])
    assert blank[1:] == ("may fit", [Fit.YES, Fit.UNKNOWN])
    assert wrong[1:] == ("does not fit", [Fit.YES, Fit.NO])
    assert known[0] > blank[0] > wrong[0]
    assert one("companies in Austria", country="Atlantis")[2] == [Fit.UNKNOWN]
    assert one("50 to 150 employees", employees="51-200")[1:] == ("may fit", [Fit.PERHAPS])


def test_a_must_not_speaks_against() -> None:
    assert one(EXAMPLE, industry="Pump distributor", country="DE", employees="90", title="Buyer")[1] == "does not fit"
    assert one(EXAMPLE, industry="Pumps", country="DE", employees="90", title="Buyer")[1] == "fits"


def test_bounds_hold_the_score() -> None:
    data = labelled.draw(3, 300, blank=0.4)
    for words, *_ in labelled.TARGETS:
        for row in match(data.columns, read(words)):
            assert 0 <= row.low <= row.score <= row.high <= 100


def test_columns_are_known_by_their_headers() -> None:
    table = pa.table(
        {
            "Company Name": ["Acme"],
            "Branche": ["Pumpen"],
            "Job Title": ["Buyer"],
            "Mitarbeiter": ["51-200"],
            "Country/Region": ["AT"],
            "E-Mail": ["a@acme.example"],
            "About": ["We make pumps"],
        }
    )
    found = of_table(table)
    assert found.headers == {
        "name": "Company Name", "industry": "Branche", "title": "Job Title", "employees": "Mitarbeiter",
        "country": "Country/Region", "mail": "E-Mail", "text": "About",
    }  # fmt: skip
    assert of_table(table, {"About": "industry"}).headers["industry"] == "About"
    with pytest.raises(CallError, match="is no field of a target"):
        of_table(table, {"About": "colour"})


def test_regions_and_names_hold_together() -> None:
    assert set(names_of("functions")) >= {"purchasing", "finance", "it"}
    assert all(country_of(code) == code for codes in regions().values() for code in codes)
    assert "country" in FIELDS


# ---- a list with known truth -----------------------------------------------------------------------------------------


def measured(rows: int = 2_000, seed: int = 7) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 over all targets: of 'fits', of 'fits' and 'may fit', and of a keyword filter."""
    data = labelled.draw(seed, rows)
    counts = {name: np.zeros(3) for name in ("fits", "fits or may fit", "keywords")}
    for target, word in zip(labelled.TARGETS, labelled.KEYWORDS, strict=True):
        truth = data.truth(target)
        bands = np.array([row.band for row in match(data.columns, read(target[0]))])
        chosen = {
            "fits": bands == "fits",
            "fits or may fit": bands != "does not fit",
            "keywords": labelled.keyword_filter(data.columns, target, word),
        }
        for name, found in chosen.items():
            counts[name] += ((found & truth).sum(), found.sum(), truth.sum())
    shown = {}
    for name, (both, found, true) in counts.items():
        precision, recall = both / max(found, 1), both / max(true, 1)
        shown[name] = (precision, recall, 2 * precision * recall / max(precision + recall, 1e-9))
    return shown


def test_it_beats_a_keyword_filter() -> None:
    found = measured()
    assert found["fits"][0] >= 0.85
    assert found["fits"][2] > found["keywords"][2] + 0.2
    assert found["fits or may fit"][1] >= 0.9


def test_ranks_are_alternatives() -> None:
    target = read("directors or heads of sales in Ireland")
    found = {rule.field: rule.values for rule in target.rules}
    assert found == {"function": ("sales",), "seniority": ("director", "head"), "country": ("IE",)}
