"""`python -m leadline.testing.world PATH` writes the sample file."""

from __future__ import annotations

import argparse

from leadline.testing.world.sample import write_sample


def main() -> None:
    """Reads the call and writes the file."""
    parser = argparse.ArgumentParser(prog="python -m leadline.testing.world", description="Write the sample of deals.")
    parser.add_argument("path")
    parser.add_argument("--rows", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_sample(given.path, given.rows, given.seed)


if __name__ == "__main__":
    main()
