"""Trained trees at work: LightGBM's C API through ctypes, so that scoring loads neither scikit-learn nor pandas.

Source: LightGBM C API (lightgbm/c_api.h, 4.x). The library file comes from the installed `lightgbm` wheel, unmodified.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leadline.core.errors import ForeignModel

_FLOAT32, _RAW, _LEAF = 0, 1, 2


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    spec = find_spec("lightgbm")  # finds the folder without importing the package
    if spec is None or spec.origin is None:
        raise ForeignModel("LightGBM is not installed; run 'pip install lightgbm'")
    folder = Path(spec.origin).parent
    for name in ("lib/lib_lightgbm.so", "lib_lightgbm.so", "lib/lib_lightgbm.dylib", "bin/lib_lightgbm.dll"):
        if (folder / name).is_file():
            library = ctypes.CDLL(str(folder / name))
            library.LGBM_GetLastError.restype = ctypes.c_char_p
            return library
    raise ForeignModel(f"LightGBM's library is not in {folder.name}/lib; install the lightgbm wheel again")


def _check(status: int) -> None:
    if status:
        raise ForeignModel(f"The trees of this model cannot be read: {_library().LGBM_GetLastError().decode()}")


class Forest:
    """Trees in LightGBM's text format, ready to score; `threads` 0 means all cores."""

    def __init__(self, text: str, threads: int = 0) -> None:
        self.text = text
        self._handle = ctypes.c_void_p()
        self._parameters = f"num_threads={threads} predict_disable_shape_check=false verbosity=-1".encode()
        iterations = ctypes.c_int(0)
        _check(
            _library().LGBM_BoosterLoadModelFromString(
                ctypes.c_char_p(text.encode()), ctypes.byref(iterations), ctypes.byref(self._handle)
            )
        )
        features = ctypes.c_int(0)
        _check(_library().LGBM_BoosterGetNumFeature(self._handle, ctypes.byref(features)))
        self.trees = iterations.value
        self.features = features.value

    def __del__(self) -> None:
        if self._handle.value:
            _library().LGBM_BoosterFree(self._handle)

    def margin(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds above the offset, one a row."""
        return self._predict(features, _RAW, 1)[:, 0]

    def leaves(self, features: NDArray[np.float32]) -> NDArray[np.int64]:
        """The leaf that each row falls into, (rows, trees)."""
        return self._predict(features, _LEAF, self.trees).astype(np.int64)

    def _predict(self, features: NDArray[np.float32], kind: int, width: int) -> NDArray[np.float64]:
        data = np.ascontiguousarray(features, dtype=np.float32)
        rows, columns = data.shape
        if columns != self.features:
            raise ForeignModel(f"The trees want {self.features} features and got {columns}")
        result = np.zeros((rows, width))
        if not rows:
            return result
        written = ctypes.c_int64(0)
        _check(
            _library().LGBM_BoosterPredictForMat(
                self._handle,
                data.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT32),
                ctypes.c_int32(rows),
                ctypes.c_int32(columns),
                ctypes.c_int(1),
                ctypes.c_int(kind),
                ctypes.c_int(0),
                ctypes.c_int(-1),
                ctypes.c_char_p(self._parameters),
                ctypes.byref(written),
                result.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        )
        return result
