"""One peer finds duplicates in one set, in a process of its own: `python -m benchmarks.matching_peers PEER SET`.

Prints one object: precision, recall and F1 of the pairs that it joins, CPU seconds and peak memory. Runs in the peers'
environment (.venv-bench), and for 'leadline' in the package's own.

splink_example  Splink's own example settings for FEBRL 3 (its demo page), pairs from .9 on, no labels
splink_ours     Splink set up by us where it has no example: Jaro-Winkler, blocks on beginnings and ends, from .9 on
recordlinkage   ECM on its own example of comparisons for FEBRL, no labels
dedupe          the dedupe package with 100 labelled pairs of the truth (it cannot learn without), threshold .5
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.matching_sets import FEBRL, MatchingSet, Pairs, load

LABELLED = 50  # of each kind


def leadline(data: MatchingSet, _name: str) -> dict[str, Pairs]:
    """Ours: what is joined by itself, and with what is for review."""
    from leadline.warehouse.matching import match

    found = match(data.first, other=data.second)
    pairs = found.pairs.to_pylist()
    joined = {(p["left"], p["right"]) for p in pairs if p["band"] == "join"}
    made = {"pairs": joined, "with_review": {(p["left"], p["right"]) for p in pairs}}
    if data.second is None:
        from benchmarks.matching_sets import same

        made["groups"] = same(found.clusters["cluster"].to_pylist())
    return made


def splink_example(data: MatchingSet, name: str) -> dict[str, Pairs]:
    """Comparisons, blocks and training of Splink's FEBRL 3 page."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    if not name.startswith(FEBRL):
        raise LookupError("Splink has no example for this set")
    numbered = not name.endswith("_no_id")
    rules = [block_on(c) for c in ("given_name", "surname", "date_of_birth", "postcode")]
    compared: list[Any] = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    certain: list[Any] = [block_on("given_name", "surname", "date_of_birth")]
    if numbered:
        rules.append(block_on("soc_sec_id"))
        compared.append(cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]))
        certain.append(block_on("soc_sec_id"))
    settings = SettingsCreator(
        unique_id_column_name="row",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=compared,
    )
    return _splink(data, settings, certain, [block_on("date_of_birth"), block_on("postcode")])


def splink_ours(data: MatchingSet, name: str) -> dict[str, Pairs]:
    """A quick set-up of ours for texts."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    if name != "dblp_acm":
        raise LookupError("set up for titles and authors only")
    settings = SettingsCreator(
        unique_id_column_name="row",
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("substr(title,1,8)"),
            block_on("substr(title,-12)"),
            block_on("substr(authors,1,8)", "year"),
            block_on("substr(authors,-8)", "year"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("title", [0.95, 0.88, 0.8]),
            cl.JaroWinklerAtThresholds("authors", [0.95, 0.88, 0.75]),
            cl.ExactMatch("year"),
        ],
    )
    lowered = [_lowered(table) for table in (data.first, data.second) if table is not None]
    begins, ends = block_on("substr(title,1,8)"), block_on("substr(authors,1,8)")
    return _splink(MatchingSet(*lowered, data.truth), settings, [block_on("title", "year")], [begins, ends])


def _lowered(table: pa.Table) -> pa.Table:
    return pa.table({name: pc.utf8_lower(table[name]) for name in table.column_names})


def _splink(data: MatchingSet, settings: Any, certain: list[Any], training: list[Any]) -> dict[str, Pairs]:
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI()
    lists = [data.first] if data.second is None else [data.first, data.second]
    numbered = [t.append_column("row", pa.array(range(t.num_rows))) for t in lists]
    linker = Linker([api.register(t) for t in numbered], settings)
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.9).as_record_list()
    if data.second is None:
        return {"pairs": {tuple(sorted((r["row_l"], r["row_r"]))) for r in found}}  # type: ignore[misc]
    first = min(r["source_dataset_l"] for r in found)
    return {
        "pairs": {
            (r["row_l"], r["row_r"]) if r["source_dataset_l"] == first else (r["row_r"], r["row_l"]) for r in found
        }
    }


def recordlinkage(data: MatchingSet, name: str) -> dict[str, Pairs]:
    """Blocks and comparisons of its FEBRL example, weighed by ECM."""
    import pandas as pd
    import recordlinkage as rl

    if not name.startswith(FEBRL):
        raise LookupError("its example is for FEBRL")
    frame = pd.DataFrame(data.first.to_pydict())
    index = rl.Index()
    compare = rl.Compare()
    for column in ("given_name", "surname", "date_of_birth", "postcode"):
        index.block(column)
    for column, method in (("given_name", "jarowinkler"), ("surname", "jarowinkler"), ("address_1", "levenshtein")):
        compare.string(column, column, method=method, threshold=0.85, label=column)
    for column in ("date_of_birth", "suburb", "state", "postcode"):
        compare.exact(column, column, label=column)
    features = compare.compute(index.index(frame), frame)
    links = rl.ECMClassifier().fit_predict(features)
    return {"pairs": {(min(a, b), max(a, b)) for a, b in links}}


def dedupe(data: MatchingSet, name: str) -> dict[str, Pairs]:
    """With labels: half of LABELLED pairs are one, half are not; the others of the truth stay unseen."""
    import io

    import dedupe as package

    if name != "febrl1":
        raise LookupError("run on the small set only: on 5,000 rows it is not done in ten minutes")
    wanted = ("given_name", "surname", "address_1", "suburb", "postcode", "date_of_birth", "soc_sec_id")
    columns = [c for c in wanted if c in data.first.column_names]
    rows = {i: {c: (v or None) for c, v in row.items()} for i, row in enumerate(data.first.to_pylist())}
    model = package.Dedupe([package.variables.String(c, has_missing=True) for c in columns], num_cores=1)
    chosen = np.random.default_rng(0)
    alike = chosen.permutation(sorted(data.truth))[:LABELLED].tolist()
    apart = chosen.integers(0, len(rows), (LABELLED, 2)).tolist()
    marked = {
        "match": [[rows[a], rows[b]] for a, b in alike],
        "distinct": [[rows[a], rows[b]] for a, b in apart if (min(a, b), max(a, b)) not in data.truth],
    }
    model.prepare_training(rows, training_file=io.StringIO(json.dumps(marked)), sample_size=1_500)
    model.train()
    made: Pairs = set()
    for group, _ in model.partition(rows, threshold=0.5):
        made |= {(min(a, b), max(a, b)) for a in group for b in group if a < b}
    return {"pairs": made}


PEERS: dict[str, Callable[[MatchingSet, str], dict[str, Pairs]]] = {
    "leadline": leadline,
    "splink_example": splink_example,
    "splink_ours": splink_ours,
    "recordlinkage": recordlinkage,
    "dedupe": dedupe,
}


def main(arguments: list[str]) -> None:
    """Run one peer on one set and print what it gave."""
    warnings.filterwarnings("ignore")
    peer, name = arguments
    data = load(name)
    before = _cpu()
    start = time.perf_counter()
    try:
        found = PEERS[peer](data, name)
    except LookupError as why:
        print(json.dumps({"skipped": str(why)}))
        return
    wall = time.perf_counter() - start
    told: dict[str, Any] = {"cpu": round(_cpu() - before, 2), "wall": round(wall, 2)}
    told["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    for kind, pairs in found.items():
        right = len(pairs & data.truth)
        told[kind] = {
            "precision": right / max(1, len(pairs)),
            "recall": right / len(data.truth),
            "f1": 2 * right / max(1, len(pairs) + len(data.truth)),
        }
    print(json.dumps(told))


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
