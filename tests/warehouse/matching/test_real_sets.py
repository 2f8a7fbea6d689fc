"""The real matching sets, with no labels and the one default: the bars that the issue and the docs promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from leadline.warehouse.matching import Matched, match
from leadline.warehouse.source import open_source


def read(path: Path) -> pa.Table:
    with open_source(path) as source:
        return source.table()[0]


def group_f1(found: Matched, truth: list[str]) -> float:
    group = found.clusters["cluster"].to_numpy()
    true = np.unique(truth, return_inverse=True)[1]
    pairs = lambda sizes: int((sizes * (sizes - 1) // 2).sum())  # noqa: E731
    both = pairs(np.unique(group * (true.max() + 1) + true, return_counts=True)[1])
    return 2 * both / (pairs(np.bincount(group)) + pairs(np.bincount(true)))


def pair_f1(found: Matched, truth: set[tuple[int, int]]) -> float:
    said = {(p["left"], p["right"]) for p in found.pairs.to_pylist() if p["band"] == "join"}
    return 2 * len(said & truth) / (len(said) + len(truth))


@pytest.mark.parametrize("name", ["febrl1", "febrl2", "febrl3"])
def test_febrl(data_dir: Path, name: str) -> None:
    table = read(data_dir / "dedupe_people_febrl" / f"{name}.csv.gz")
    person = [word.split("-")[1] for word in table["rec_id"].to_pylist()]
    found = match(table)
    assert found.summary.kind == "people"
    assert "rec_id" not in found.summary.columns
    assert group_f1(found, person) >= 0.998
    said = {(p["left"], p["right"]) for p in found.pairs.to_pylist() if p["band"] == "join"}
    true = {(i, j) for i, j in said if person[i] == person[j]}
    sizes = np.unique(person, return_counts=True)[1]
    assert 2 * len(true) / (len(said) + int((sizes * (sizes - 1) // 2).sum())) >= 0.996


def linked(folder: Path, first: str, second: str) -> tuple[Matched, set[tuple[int, int]]]:
    a, b, matches = (read(folder / f"{name}.csv.gz") for name in (first, second, "matches"))
    place = [{key: i for i, key in enumerate(t["id"].to_pylist())} for t in (a, b)]
    truth = {
        (place[0][x], place[1][y]) for x, y in zip(matches["D1"].to_pylist(), matches["D2"].to_pylist(), strict=True)
    }
    return match(a, other=b), truth


def test_dblp_acm(data_dir: Path) -> None:
    found, truth = linked(data_dir / "match_records_dblp_acm", "dblp", "acm")
    assert found.summary.engine == "texts"
    assert found.summary.one_to_one
    assert pair_f1(found, truth) >= 0.985


def test_products(data_dir: Path) -> None:
    found, truth = linked(data_dir / "match_products_abt_buy", "abt", "buy")
    assert pair_f1(found, truth) >= 0.78


def test_organisations(data_dir: Path) -> None:
    table = read(data_dir / "dedupe_organisations" / "sites.csv.gz")
    found = match(table.drop_columns(["True Id", "Id"]))
    assert found.summary.kind == "accounts"
    assert group_f1(found, table["True Id"].to_pylist()) >= 0.88
