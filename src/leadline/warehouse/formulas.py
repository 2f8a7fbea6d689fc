"""Text that a spreadsheet would run as a formula: marked with an apostrophe on the way out, restored on the way in.

The mark is exactly invertible: `unmark(mark(x)) == x` for every text (OWASP, CSV injection).
"""

from __future__ import annotations

from leadline.warehouse.arrow import pa, pc

# Spaces that spreadsheets skip before they look for a formula's sign, and the sign itself, also in full width.
_BLANKS = r"\x00-\x20\x{7f}-\x{a0}\x{1680}\x{180e}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{2064}\x{3000}\x{feff}"
_RISKY = rf"^['{_BLANKS}]*[-=+@\x{{ff1d}}\x{{ff0b}}\x{{ff0d}}\x{{ff20}}]"
_RISKY_AFTER_MARK = rf"^'['{_BLANKS}]*[-=+@\x{{ff1d}}\x{{ff0b}}\x{{ff0d}}\x{{ff20}}]"
# -5, -1,234.50, 12 %, +49 (30) 123-45: digits and their signs alone compute nothing that could harm.
_PLAIN = r"^[-+]?[\d ().,\-]*\d[\d ().,\-]*%?$"
_PLAIN_AFTER_MARK = r"^'[-+]?[\d ().,\-]*\d[\d ().,\-]*%?$"


def _where(cells: pa.Array, risky: str, plain: str) -> pa.Array:
    return pc.and_(pc.match_substring_regex(cells, risky), pc.invert(pc.match_substring_regex(cells, plain)))


def mark(cells: pa.Array) -> pa.Array:
    """Puts an apostrophe before each text (pa.string()) that a spreadsheet would take for a formula."""
    risky = _where(cells, _RISKY, _PLAIN)
    if not pc.any(risky, min_count=0).as_py():
        return cells
    return pc.if_else(risky, pc.binary_join_element_wise("'", cells, ""), cells)


def unmark(cells: pa.Array) -> pa.Array:
    """Takes the apostrophe away again."""
    marked = _where(cells, _RISKY_AFTER_MARK, _PLAIN_AFTER_MARK)
    if not pc.any(marked, min_count=0).as_py():
        return cells
    return pc.if_else(marked, pc.utf8_slice_codeunits(cells, start=1), cells)
