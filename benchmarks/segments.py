"""Segments against peers: files with planted groups, files without any, runs that should agree.

`python -m benchmarks.segments [--sets N] [--nulls N] [--first SEED]` writes out/segments.json. Files with an odd seed
were looked at while the engine was made; figures are of even ones. Peers are given the columns without names of rows,
blanks filled (medians, a value of their own), numbers scaled, skewed ones as logarithms, categories one-hot.
k-prototypes joins where `kmodes` can be imported, on files of up to 1,000 rows.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from leadline.core.errors import DataError
from leadline.learn.segments.find import Found, Options, find
from leadline.learn.segments.stability import adjusted_rand

OUT = Path(__file__).resolve().parent / "out" / "segments.json"
DISTANCE = {"clear": 2.2, "middling": 1.5, "overlapping": 1.0}  # of means, in standard deviations of a number


def planted(seed: int) -> tuple[pa.Table, np.ndarray, np.ndarray, str]:
    """A file of accounts with groups: the table, each row's group, the best that could be known, how clear it is."""
    rng = np.random.default_rng(seed)
    clear = list(DISTANCE)[(seed // 2) % 3]
    n = int(rng.choice([250, 600, 1500]))
    groups = int(rng.integers(2, 7))
    share = rng.dirichlet(np.full(groups, 6.0))
    truth = rng.choice(groups, n, p=share)
    columns: dict[str, Any] = {"account name": [f"Company {at}" for at in range(n)]}
    known = np.tile(np.log(share), (n, 1))
    for at in range(int(rng.integers(3, 6))):
        means = rng.standard_normal(groups) * DISTANCE[clear]
        latent = rng.standard_normal(n) + means[truth]
        filled = rng.random(n) > rng.uniform(0, 0.2)
        known += np.where(filled[:, None], -0.5 * (latent[:, None] - means) ** 2, 0.0)
        columns[f"measure {at}"] = np.where(filled, _shaped(latent, at), np.nan)
    for at in range(int(rng.integers(2, 6))):
        kinds = int(rng.integers(2, 8))
        tables = rng.dirichlet(np.full(kinds, {"clear": 0.4, "middling": 0.8, "overlapping": 1.5}[clear]), groups)
        tables = 0.97 * tables + 0.03 / kinds
        values = np.array([rng.choice(kinds, p=tables[one]) for one in truth])
        filled = rng.random(n) > rng.uniform(0, 0.2)
        known += np.where(filled[:, None], np.log(tables[:, values]).T, 0.0)
        columns[f"kind {at}"] = [
            f"value {value}" if there else None for value, there in zip(values, filled, strict=True)
        ]
    for at in range(int(rng.integers(1, 8))):
        columns[f"noise {at}"] = _shaped(rng.standard_normal(n), at)
    for at in range(int(rng.integers(1, 6))):
        kinds = int(rng.integers(2, 9))
        columns[f"other {at}"] = [
            f"option {value}" for value in rng.choice(kinds, n, p=rng.dirichlet(np.full(kinds, 2)))
        ]
    return pa.table(columns), truth, known.argmax(axis=1), clear


def _shaped(latent: np.ndarray, at: int) -> np.ndarray:
    """A number as exports have it: plain, skewed, a count with many zeros."""
    if at % 3 == 1:
        return np.exp(latent + 5)
    return np.maximum(0.0, np.round(np.exp(0.7 * latent) - 0.8)) if at % 3 == 2 else latent


def without(seed: int) -> tuple[pa.Table, str]:
    """A file without groups: columns that do not go together, or that do by degree only."""
    rng = np.random.default_rng(10_000 + seed)
    kind = ("apart", "one direction", "two directions", "zeros and tails")[(seed // 2) % 4]
    n = int(rng.choice([150, 500, 1500]))
    wide = int(rng.integers(4, 13))
    factors = rng.standard_normal((n, 2))
    columns: dict[str, Any] = {"account name": [f"Company {at}" for at in range(n)]}
    for at in range(wide):
        pull = rng.uniform(0.3, 0.9) if kind in ("one direction", "two directions") else 0.0
        factor = factors[:, at % 2] if kind == "two directions" else factors[:, 0]
        latent = pull * factor + np.sqrt(1 - pull**2) * rng.standard_normal(n)
        if kind == "zeros and tails":
            latent = rng.standard_t(2.5, n) * (rng.random(n) > 0.5)
        if at % 3 == 2 and kind != "zeros and tails":
            cuts = np.sort(rng.standard_normal(int(rng.integers(1, 4))))
            columns[f"kind {at}"] = [f"level {int(level)}" for level in np.searchsorted(cuts, latent)]
        else:
            columns[f"measure {at}"] = _shaped(latent, at % 2)
    return pa.table(columns), kind


def plain(table: pa.Table) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """What peers are given: one-hot and scaled (rows, columns); the mixed columns; which of these are categories."""
    wide, mixed, kinds = [], [], []
    for name in table.column_names:
        if name == "account name":
            continue
        cells = table[name].to_pylist()
        if pa.types.is_floating(table[name].type):
            values = np.array([np.nan if cell is None else cell for cell in cells], float)
            values = np.where(np.isnan(values), np.nanmedian(values), values)
            if values.min() >= 0 and values.mean() > 2 * np.median(values):
                values = np.log1p(values)
            scaled = (values - values.mean()) / max(values.std(), 1e-9)
            wide.append(scaled[:, None])
            mixed.append(scaled)
        else:
            words = np.array([cell or "blank" for cell in cells])
            found, codes = np.unique(words, return_inverse=True)
            wide.append(np.eye(len(found))[codes])
            kinds.append(len(mixed))
            mixed.append(words)
    return np.concatenate(wide, axis=1), np.array(mixed, dtype=object).T, kinds


def peers() -> dict[str, Callable[[pa.Table, int], np.ndarray]]:
    """Those that can be imported; each is given the file and, where it needs it, the true number."""
    from sklearn.cluster import HDBSCAN, KMeans
    from sklearn.metrics import silhouette_score

    def means(table: pa.Table, number: int) -> np.ndarray:
        return KMeans(number, n_init=5, random_state=0).fit_predict(plain(table)[0])

    def chosen(table: pa.Table, _: int) -> np.ndarray:
        wide = plain(table)[0]
        tried = [KMeans(k, n_init=5, random_state=0).fit_predict(wide) for k in range(2, 9)]
        sample = np.random.default_rng(0).permutation(len(wide))[:1000]
        able = [labels for labels in tried if len(set(labels[sample].tolist())) > 1] or tried[:1]
        return (
            able[0] if len(able) < 2 else max(able, key=lambda labels: silhouette_score(wide[sample], labels[sample]))
        )

    def density(table: pa.Table, _: int) -> np.ndarray:
        return HDBSCAN(min_cluster_size=max(10, table.num_rows // 30)).fit_predict(plain(table)[0])

    found: dict[str, Callable[[pa.Table, int], np.ndarray]] = {
        "k-means, true number": means,
        "k-means, silhouette": chosen,
        "HDBSCAN": density,
    }
    try:
        from kmodes.kprototypes import KPrototypes
    except ImportError:
        return found

    def prototypes(table: pa.Table, number: int) -> np.ndarray:
        _, mixed, kinds = plain(table)
        return np.array(
            KPrototypes(number, init="Huang", n_init=1, random_state=0).fit_predict(mixed, categorical=kinds)
        )

    found["k-prototypes, true number"] = prototypes
    return found


def ours(table: pa.Table, seed: int = 0) -> Found | None:
    """Leadline's answer; None where there are too few rows or columns to tell."""
    try:
        return find(table, Options(seed=seed))
    except DataError:
        return None


def labels(found: Found | None, rows: int) -> np.ndarray:
    """The segment of each row, one for all where none was found."""
    return np.zeros(rows) if found is None else found.ids


def on_planted(seeds: Iterator[int]) -> list[dict[str, Any]]:
    """Agreement with the truth, and of runs with each other."""
    rows = []
    for seed in seeds:
        table, truth, best, clear = planted(seed)
        start = time.process_time()
        found = ours(table)
        seconds = time.process_time() - start
        mine = labels(found, len(truth))
        row: dict[str, Any] = {
            "seed": seed,
            "clear": clear,
            "rows": len(truth),
            "groups": int(truth.max()) + 1,
            "found": len(found.result.segments) if found else 0,
            "seconds": round(seconds, 1),
            "could be known": adjusted_rand(best, truth),
            "leadline": adjusted_rand(mine, truth),
        }
        other = labels(ours(table, seed=77), len(truth))
        row["another seed"] = adjusted_rand(mine, other)
        rng = np.random.default_rng(seed)
        most = table.take(pa.array(np.sort(rng.choice(len(truth), int(len(truth) / 1.05), replace=False))))
        kept = np.array([int(name.split()[1]) for name in most["account name"].to_pylist()])
        row["5 % new rows"] = adjusted_rand(mine[kept], labels(ours(most, seed=5), len(kept)))
        for name, peer in peers().items():
            if name.startswith("k-proto") and len(truth) > 1000:
                continue
            row[name] = adjusted_rand(peer(table, row["groups"]), truth)
        rows.append(row)
        print(json.dumps(row), flush=True)
    return rows


def on_nothing(seeds: Iterator[int]) -> list[dict[str, Any]]:
    """How many segments each says there are where there are none."""
    rows = []
    for seed in seeds:
        table, kind = without(seed)
        found = ours(table)
        row: dict[str, Any] = {"seed": seed, "kind": kind, "rows": table.num_rows}
        row["leadline"] = len(found.result.segments) if found else 0
        every = peers()
        density = every["HDBSCAN"](table, 0)
        row["HDBSCAN"] = int(density.max()) + 1
        row["k-means, silhouette"] = len(set(every["k-means, silhouette"](table, 0).tolist()))
        rows.append(row)
        print(json.dumps(row), flush=True)
    return rows


def main() -> None:
    """Run all, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=24)
    parser.add_argument("--nulls", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    step = 2
    with_groups = on_planted(iter(range(given.first, given.first + step * given.sets, step)))
    nothing = on_nothing(iter(range(given.first, given.first + step * given.nulls, step)))
    for clear in DISTANCE:
        some = [row for row in with_groups if row["clear"] == clear]
        if some:
            means = {
                key: float(np.mean([row[key] for row in some])) for key in some[0] if isinstance(some[0][key], float)
            }
            print(clear, len(some), {key: round(value, 3) for key, value in means.items()})
    for name in ("leadline", "HDBSCAN", "k-means, silhouette") if nothing else ():
        print("false segments", name, sum(row[name] > 1 for row in nothing), "of", len(nothing))
    OUT.parent.mkdir(exist_ok=True)
    kept = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else {}
    kept |= {name: rows for name, rows in (("planted", with_groups), ("nothing", nothing)) if rows}
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
