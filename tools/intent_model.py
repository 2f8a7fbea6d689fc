"""Train the models of intents that ship with the program from the example sentences; `python tools/intent_model.py`.

Writes src/leadline/understand/models/intents-{bulk,best}. Equal sentences and packages give equal files.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from leadline.learn.intents import train

UNDERSTAND = Path(__file__).resolve().parents[1] / "src" / "leadline" / "understand"


def main() -> None:
    """Train both and write them."""
    told: dict[str, list[str]] = tomllib.loads((UNDERSTAND / "words" / "intents.toml").read_text("utf-8"))
    texts = [sentence for sentences in told.values() for sentence in sentences]
    labels = [label for label, sentences in told.items() for _ in sentences]
    train(texts, labels, size="bulk", none_label="none").save(UNDERSTAND / "models" / "intents-bulk")
    train(texts, labels, size="best", none_label="none").save(UNDERSTAND / "models" / "intents-best")


if __name__ == "__main__":
    main()
