"""The door to Arrow: `pa` and `pc`, without the second that pandas takes to import.

pyarrow looks for pandas once, at the first array made from Python values, and imports it where some other package
brought it along. Nothing here uses it, so that one look is made to find nothing. Whoever wants pandas can still import
it, and `to_pandas` still works: pyarrow then looks again.
"""

from __future__ import annotations

import sys

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["pa", "pc"]


class _NoPandas:
    """A finder of modules that says of pandas, and of nothing else, that it is not there."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:  # noqa: ARG004 - the import protocol
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def _look_once_without_pandas() -> None:
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(_NoPandas)


_look_once_without_pandas()
