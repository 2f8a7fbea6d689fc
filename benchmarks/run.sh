#!/bin/sh
# All benchmarks anew: the peers' environment, quality, worlds, speed, then docs/reference/benchmarks.md.
# Needs the package's own environment in .venv (make sets it up) and the real sets (LEADLINE_DATA or ../shared/data).
# Usage: benchmarks/run.sh [DATE [--kept]]   (--kept: use the answers that are already in benchmarks/out)
set -eu
cd "$(dirname "$0")/.."
date=${1:-$(date -u +%Y-%m-%d)}
fresh=--fresh
if [ "${2:-}" = --kept ]; then fresh=; fi
own=${LEADLINE_PYTHON:-.venv/bin/python}
python=${PYTHON:-python3}
if [ ! -x "$own" ]; then make install; fi
stamp=.venv-bench/installed
if ! cmp -s benchmarks/requirements.txt "$stamp" 2>/dev/null; then
    rm -rf .venv-bench
    "$python" -m venv .venv-bench
    .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
    cp benchmarks/requirements.txt "$stamp"
fi
export OMP_NUM_THREADS=1
# shellcheck disable=SC2086
"$own" -m benchmarks.quality $fresh
"$own" -m benchmarks.worlds
"$own" -m benchmarks.speed
"$own" -m benchmarks.matching
"$own" -m benchmarks.imports
"$own" -m benchmarks.texts
"$own" -m benchmarks.features
"$own" -m benchmarks.intents
"$own" -m benchmarks.tone
"$own" -m benchmarks.retrieval
"$own" -m benchmarks.segments
if command -v wrk >/dev/null; then "$own" -m benchmarks.collect; fi
"$own" -m benchmarks.report --date "$date" --write docs/reference/benchmarks.md
