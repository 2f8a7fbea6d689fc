"""Leadline: the open-source system for AI-enabled business-to-business selling.

`leadline.qualify(source, outcome)` does the main job; `leadline.Qualifier` is the model as a scikit-learn estimator.
Both load only when they are asked for, so that `import leadline` stays light.
"""

from importlib import import_module

__version__ = "0.1.0"

_DOORS = {
    "qualify": ("leadline.learn.files", "qualify_file"),
    "Qualifier": ("leadline.learn.estimator", "Qualifier"),
}


def __getattr__(name: str) -> object:
    if name not in _DOORS:
        raise AttributeError(f"module 'leadline' has no attribute '{name}'")
    module, inner = _DOORS[name]
    return getattr(import_module(module), inner)


def __dir__() -> list[str]:
    return ["Qualifier", "__version__", "qualify"]
