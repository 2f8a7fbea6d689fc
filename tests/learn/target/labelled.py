"""A list of companies of which the truth is known, written as lists are: several words for one trade, countries in
several languages and codes, sizes as numbers and ranges, titles in three languages, blanks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leadline.learn.target.columns import Columns

TRADES = {
    "pump manufacturers": (
        "Pumps",
        "Pump manufacturing",
        "Pumps and compressors",
        "Hydraulic pumps",
        "Water pump maker",
    ),
    "hospitals": ("Hospital", "Hospital & Health Care", "Hospitals and clinics", "Healthcare provider", "Clinics"),
    "software companies": ("Software", "Computer Software", "SaaS", "IT and software development", "Business software"),
    "food producers": ("Food production", "Food & Beverages", "Packaged foods", "Food manufacturing", "Frozen foods"),
    "logistics companies": (
        "Logistics",
        "Logistics and Supply Chain",
        "Freight forwarding",
        "Transportation",
        "Trucking",
    ),
    "banks": ("Banking", "Bank", "Financial services", "Savings bank", "Retail banking"),
    "chemical manufacturers": (
        "Chemicals",
        "Specialty chemicals",
        "Chemical manufacturing",
        "Basic chemicals",
        "Coatings",
    ),
    "hotels": ("Hotel", "Hospitality", "Hotels and resorts", "Hotel chain", "Lodging"),
    "law firms": ("Law practice", "Legal services", "Attorneys", "Law firm", "Solicitors"),
    "distributors": ("Wholesale", "Distribution", "Industrial distributor", "Trading company", "Wholesale trade"),
}
COUNTRIES = {
    "DE": ("Germany", "DE", "Deutschland", "GERMANY"),
    "AT": ("Austria", "AT", "Österreich", "austria"),
    "FR": ("France", "FR", "Frankreich", "FRANCE"),
    "NL": ("Netherlands", "NL", "The Netherlands", "Holland"),
    "GB": ("United Kingdom", "UK", "GB", "England"),
    "US": ("United States", "USA", "US", "United States of America"),
}
TITLES = {
    "purchasing": (
        "Head of Purchasing",
        "Einkaufsleiter",
        "Procurement Manager",
        "Strategic Buyer",
        "Responsable achats",
    ),
    "finance": ("CFO", "Finance Director", "Head of Controlling", "Leiter Finanzbuchhaltung", "Accounting Manager"),
    "it": ("CIO", "IT Manager", "Head of IT", "Head of Information Technology", "IT-Leiter"),
    "marketing": ("Marketing Manager", "CMO", "Head of Marketing", "Brand Manager", "Leiter Marketing"),
}
MANY = 10**9
TARGETS = (
    ("pump manufacturers in Germany or Austria, 50 to 500 employees", "pump manufacturers", ("DE", "AT"), 50, 500, ""),
    ("hospitals in the UK with someone in purchasing", "hospitals", ("GB",), 0, MANY, "purchasing"),
    (
        "software companies in the United States with more than 100 employees",
        "software companies",
        ("US",),
        101,
        MANY,
        "",
    ),
    ("food producers in France or the Netherlands, someone in IT", "food producers", ("FR", "NL"), 0, MANY, "it"),
    ("logistics companies in Germany, at least 200 employees", "logistics companies", ("DE",), 200, MANY, ""),
    ("banks in Austria with someone in marketing", "banks", ("AT",), 0, MANY, "marketing"),
    (
        "chemical manufacturers in the Netherlands, up to 1,000 employees",
        "chemical manufacturers",
        ("NL",),
        0,
        1000,
        "",
    ),
    ("hotels in France, 20 to 200 employees, someone in finance", "hotels", ("FR",), 20, 200, "finance"),
)
KEYWORDS = ("pump", "hospital", "software", "food", "logistics", "bank", "chemical", "hotel")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The list and what is true of each row: trade, country, employees, function."""

    columns: Columns
    trade: list[str]
    country: list[str]
    employees: list[int]
    function: list[str]

    def truth(self, target: tuple[str, str, tuple[str, ...], int, int, str]) -> np.ndarray:
        """Which rows the target means."""
        _, trade, countries, low, high, function = target
        return np.array(
            [
                t == trade and c in countries and low <= n <= high and function in ("", f)
                for t, c, n, f in zip(self.trade, self.country, self.employees, self.function, strict=True)
            ]
        )


def draw(seed: int, rows: int, blank: float = 0.08) -> Labelled:
    """A list of `rows` rows; each cell is blank with probability `blank`."""
    rng = np.random.default_rng(seed)
    trade = [list(TRADES)[at] for at in rng.integers(len(TRADES), size=rows)]
    country = [list(COUNTRIES)[at] for at in rng.integers(len(COUNTRIES), size=rows)]
    employees = np.maximum(2, np.exp(rng.normal(4.8, 1.3, rows))).astype(int).tolist()
    function = [list(TITLES)[at] for at in rng.integers(len(TITLES), size=rows)]
    cells = {
        "industry": [TRADES[one][at] for one, at in zip(trade, rng.integers(5, size=rows), strict=True)],
        "country": [COUNTRIES[one][at] for one, at in zip(country, rng.integers(4, size=rows), strict=True)],
        "employees": [_size(n, how) for n, how in zip(employees, rng.random(rows), strict=True)],
        "title": [TITLES[one][at] for one, at in zip(function, rng.integers(5, size=rows), strict=True)],
        "name": [f"Firm {at}" for at in range(rows)],
    }
    shown: dict[str, list[str | None]] = {}
    for name, values in cells.items():
        hidden = rng.random(rows) < blank
        shown[name] = [None if hide and name != "name" else value for value, hide in zip(values, hidden, strict=True)]
    return Labelled(Columns(shown, {name: name for name in shown}, rows), trade, country, employees, function)


def _size(employees: int, how: float) -> str:
    if how < 0.6:
        return str(employees)
    if how < 0.7:
        return f"{employees:,}"
    bounds = (1, 10, 50, 200, 500, 1000, 5000, 10**6)
    low, high = next((a, b) for a, b in pairwise(bounds) if a <= employees < b)
    return f"{low:,}-{high - 1:,}" if high < 10**6 else f"{low:,}+"


def keyword_filter(columns: Columns, target: tuple[str, str, tuple[str, ...], int, int, str], word: str) -> np.ndarray:
    """What people do in a spreadsheet: the word in the industry, the country's English name or code, a plain number
    within the bounds, the function's name in the title."""
    _, _, countries, low, high, function = target
    names = {name for code in countries for name in COUNTRIES[code][:2]}
    found = []
    for at in range(columns.rows):
        cells = {name: columns.cells[name][at] or "" for name in ("industry", "country", "employees", "title")}
        number = cells["employees"].replace(",", "")
        sized = low <= 0 and high >= MANY
        sized = sized or (number.isdigit() and low <= int(number) <= high)
        titled = not function or function in cells["title"].lower().replace("it", "it ")
        found.append(word in cells["industry"].lower() and cells["country"] in names and sized and titled)
    return np.array(found)
