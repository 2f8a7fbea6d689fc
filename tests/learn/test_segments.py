"""Segments: planted ones are found, none are found where there are none, and what does not matter does not matter."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.core.errors import CallError, ColumnNotFound, DataError
from leadline.core.roles import Role
from leadline.learn.segments import bands
from leadline.learn.segments.find import Found, Options, assign, find
from leadline.learn.segments.naming import Describer, figure, ratio
from leadline.learn.segments.reference import Continuum, shuffled
from leadline.learn.segments.stability import adjusted_rand, overlap

COUNTRIES = ("Germany", "France", "Poland")
TRADES = ("manufacturing", "retail", "software")


def market(rows: int = 360, seed: int = 1, groups: int = 3) -> tuple[pa.Table, np.ndarray]:
    """Accounts of some kinds, with noise, blanks and an outcome; and each one's kind."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, groups, rows)
    mixed = np.where(rng.random(rows) < 0.15, rng.integers(0, 3, rows), kind % 3)
    country = np.where(rng.random(rows) < 0.2, rng.integers(0, 3, rows), kind % 3)
    employees = np.round(np.exp(rng.normal(np.array([3.0, 6.0, 4.5])[kind % 3], 0.5)))
    downloads = rng.poisson(np.array([5.0, 0.3, 0.5])[kind % 3]).astype(float)
    downloads[rng.random(rows) < 0.1] = np.nan
    won = rng.random(rows) < np.array([0.6, 0.2, 0.3])[kind % 3]
    return pa.table(
        {
            "Account name": [f"Firm {at}" for at in range(rows)],
            "Industry": [TRADES[one] for one in mixed],
            "Country": [COUNTRIES[one] for one in country],
            "Employees": employees,
            "Price list downloads": pa.array(downloads, from_pandas=True),
            "Luck": rng.standard_normal(rows),
            "Stage": ["Closed Won" if one else "Closed Lost" for one in won],
        }
    ), kind


@pytest.fixture(scope="module")
def found() -> Found:
    return find(market()[0], Options(outcome="Stage=Closed Won"))


def test_planted_segments_are_found_and_named(found: Found) -> None:
    result = found.result
    assert adjusted_rand(found.ids, market()[1]) > 0.85
    assert len(result.segments) == 3
    assert "Luck" not in result.told_apart_by
    assert {"Industry", "Employees", "Price list downloads"} <= set(result.told_apart_by)
    names = [segment.name for segment in result.segments]
    assert len(set(names)) == 3
    small = next(segment for segment in result.segments if "German" in segment.name)
    assert small.name == "Small German manufacturers with many price list downloads"
    assert small.outcome is not None
    assert small.outcome.low > 0.4
    assert small.outcome.low < small.outcome.rate < small.outcome.high
    assert all(trait.low > 1 and trait.share > trait.rest for one in result.segments for trait in one.traits)
    assert all(trait.high < 1 for one in result.segments for trait in one.isnt)
    assert sum(segment.size for segment in result.segments) == result.rows
    assert all(name.startswith("Firm ") for segment in result.segments for name in segment.typical)
    assert all(segment.stability >= 0.75 for segment in result.segments)


def test_the_outcome_and_names_take_no_part(found: Found) -> None:
    assert not {"Stage", "Account name"} & set(found.result.used)
    assert {one.column for one in found.result.unused} >= {"Stage", "Account name"}
    table, _ = market()
    blind = find(table)
    assert "Stage" not in blind.result.used
    assert (blind.ids == found.ids).all()
    with pytest.raises(CallError, match="is the outcome"):
        find(table, Options(outcome="Stage=Closed Won", only=("Stage", "Industry")))


def test_columns_that_do_not_go_together_hold_no_segments() -> None:
    rng = np.random.default_rng(5)
    rows = 300
    table = pa.table(
        {
            "a": rng.standard_normal(rows),
            "b": np.exp(rng.standard_normal(rows)),
            "c": [f"v{one}" for one in rng.integers(0, 4, rows)],
            "d": rng.poisson(0.5, rows).astype(float),
        }
    )
    found = find(table)
    assert found.model is None
    assert found.result.segments == ()
    assert "do not go together" in found.result.why


@pytest.mark.slow
def test_a_continuum_is_no_segments_but_can_be_cut_by_hand() -> None:
    rng = np.random.default_rng(6)
    size = rng.standard_normal(400)
    noisy = {f"m{at}": np.exp(0.8 * size + 0.6 * rng.standard_normal(400)) for at in range(5)}
    found = find(pa.table(noisy))
    assert found.model is None
    assert "by degree" in found.result.why
    cut = find(pa.table(noisy), Options(number=3))
    assert len(cut.result.segments) == 3
    assert "by degree" in cut.result.why


@pytest.mark.slow
def test_two_seeds_agree(found: Found) -> None:
    again = find(market()[0], Options(seed=99))
    assert adjusted_rand(found.ids, again.ids) > 0.97


def same(one: Found, other: Found, order: np.ndarray | None = None) -> bool:
    ids = other.ids if order is None else other.ids[np.argsort(order)]
    return bool((one.ids == ids).all())


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**31 - 1), st.floats(0.01, 1000.0))
def test_order_units_names_and_constants_do_not_matter(seed: int, factor: float) -> None:
    table, _ = market(160, seed=3)
    plain = table.select(["Industry", "Country", "Employees", "Price list downloads"])
    first = find(plain, Options(number=3))
    order = np.random.default_rng(seed).permutation(160)
    assert same(first, find(plain.take(pa.array(order)), Options(number=3)), order)
    scaled = plain.set_column(2, "Employees", pa.array(plain["Employees"].to_numpy() * factor))
    assert same(first, find(scaled, Options(number=3)))
    renamed = plain.rename_columns(["w", "x", "y", "z"]).append_column("always", pa.array(["this"] * 160))
    assert same(first, find(renamed, Options(number=3)))


def test_too_little_is_said() -> None:
    table, _ = market(30)
    with pytest.raises(DataError, match="too few"):
        find(table)
    table, _ = market(100)
    with pytest.raises(DataError, match="two columns"):
        find(table, Options(only=("Industry",)))
    with pytest.raises(ColumnNotFound, match="Industry"):
        find(table, Options(only=("Industri",)))
    with pytest.raises(CallError, match="--number"):
        find(table, Options(number=40))


def test_rows_are_put_into_segments_by_numpy_alone(found: Found) -> None:
    assert found.model is not None
    ids, sure = assign(found.model, market(100, seed=9)[0])
    assert adjusted_rand(ids, market(100, seed=9)[1]) > 0.8
    assert ((sure > 0.3) & (sure <= 1)).all()
    ids, _ = assign(found.model, market(100, seed=9)[0].drop_columns(["Country"]))
    assert adjusted_rand(ids, market(100, seed=9)[1]) > 0.6
    blank = pa.table({"Employees": pa.array(["many", "few"])})
    assert len(set(assign(found.model, blank)[0].tolist())) == 1


def test_a_column_that_says_what_another_says_is_left_out() -> None:
    table, _ = market()
    doubled = table.append_column("Staff", pa.array(table["Employees"].to_numpy() * 2 + 1))
    result = find(doubled).result
    assert any(one.column == "Staff" and "'Employees'" in one.reason for one in result.unused)


def test_a_role_by_hand_wins() -> None:
    result = find(market()[0], Options(roles={"Country": Role.IGNORED})).result
    assert any(one.column == "Country" and "by hand" in one.reason for one in result.unused)


def test_texts_speak() -> None:
    rng = np.random.default_rng(2)
    kind = rng.integers(0, 2, 240)
    said = (
        ("We need spare parts for the {} pumps in our plant", "The {} valves of line two must be serviced soon"),
        ("Could you deliver {} shelf displays to our shops", "Our {} stores want seasonal goods before Christmas"),
    )
    texts = [said[one][int(rng.integers(2))].format(int(rng.integers(900))) for one in kind]
    size = np.exp(rng.normal(3 + 2 * kind, 0.6))
    table = pa.table({"Employees": size, "Note": texts, "Luck": rng.standard_normal(240)})
    found = find(table)
    assert adjusted_rand(found.ids, kind) > 0.5
    assert any("that say" in segment.name for segment in found.result.segments)
    assert found.model is not None
    assert (assign(found.model, table)[0] == found.ids).all()


def test_bands_have_zero_apart_and_equal_counts() -> None:
    rng = np.random.default_rng(0)
    values = np.where(rng.random(600) < 0.5, 0.0, np.ceil(rng.exponential(20, 600)))
    column = bands.learn(pa.table({"x": values}), "x", "number")
    assert column is not None
    codes = column.codes(pa.table({"x": values}))[:, 0]
    assert (codes[values == 0] == 0).all()
    assert (codes[values > 0] > 0).all()
    counts = np.bincount(codes)[1:]
    assert counts.max() < 2.5 * counts.min()
    assert bands.learn(pa.table({"x": np.ones(50)}), "x", "number") is None
    assert column.codes(pa.table({"x": pa.array([None, -5.0, 1e9])}))[:, 0].tolist() == [-1, 0, len(counts)]


def test_rare_values_share_a_band_and_new_ones_join_it() -> None:
    words = ["a"] * 50 + ["b"] * 40 + [f"r{at}" for at in range(10)]
    column = bands.learn(pa.table({"x": words}), "x", "category")
    assert column is not None
    assert column.values == ("a", "b")
    assert column.codes(pa.table({"x": ["b", "never seen", None]}))[:, 0].tolist() == [1, 2, -1]


def test_references_keep_columns_and_break_or_keep_what_goes_together() -> None:
    rng = np.random.default_rng(4)
    base = rng.standard_normal(3000)
    codes = np.column_stack([np.digitize(base + rng.standard_normal(3000) * 0.5, [-1, 0, 1]) for _ in range(3)])
    codes = codes.astype(np.int16)
    codes[rng.random(codes.shape) < 0.1] = -1
    apart = shuffled(codes, [[0], [1], [2]], rng)
    near = Continuum(codes, [4, 4, 4], [True] * 3, rng).draw(rng)

    def together(made: np.ndarray) -> float:
        kept = (made >= 0).all(axis=1)
        return float(np.corrcoef(made[kept].T)[0, 1])

    assert abs(together(apart)) < 0.08
    assert abs(together(near) - together(codes)) < 0.08
    for made in (apart, near):
        assert ((made < 0) == (codes < 0)).all()
        for at in range(3):
            shares = [np.bincount(one[:, at][one[:, at] >= 0], minlength=4) / 3000 for one in (made, codes)]
            assert np.abs(shares[0] - shares[1]).max() < 0.04


def test_measures_of_agreement() -> None:
    one = np.array([0, 0, 1, 1, 2, 2])
    assert adjusted_rand(one, np.array([5, 5, 3, 3, 9, 9])) == 1.0
    assert adjusted_rand(one, np.zeros(6, int)) == 0.0
    assert overlap(one, one, 3, 3).diagonal().tolist() == [1, 1, 1]
    lift, low, high = ratio(40, 100, 10, 100)
    assert low < lift < high
    assert low > 1
    assert [figure(x) for x in (49.6, 1234.0, 0.351, 4.2e6)] == ["49.6", "1,234", "0.351", "4.2 m"]


def test_names_differ_even_where_traits_are_the_same() -> None:
    table, _ = market(90)
    columns = [bands.learn(table, "Industry", "category")]
    describer = Describer(
        [one for one in columns if one], np.zeros((90, 1), np.int16), np.zeros(90, int), table, "rows"
    )
    assert describer.names([(), ()]) == ["Other rows", "Other rows (2)"]
