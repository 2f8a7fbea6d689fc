"""The real data sets read as what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.core.formats import ColumnFormat
from leadline.warehouse.source import open_source
from leadline.warehouse.values import infer, parse


def formats_of(path: Path) -> tuple[dict[str, ColumnFormat], int]:
    with open_source(path) as source:
        return {found.column: found for found in infer(source.table()[0])}, source.rows


def kinds(formats: dict[str, ColumnFormat], kind: str) -> set[str]:
    return {name for name, found in formats.items() if found.kind == kind}


def test_month_first_dates(data_dir: Path) -> None:
    formats, rows = formats_of(data_dir / "crm_sales_opportunities" / "sales_pipeline.csv")
    assert rows == 8800
    assert kinds(formats, "date") == {"engage_date", "close_date"}
    assert {formats[name].pattern for name in ("engage_date", "close_date")} == {"%m/%d/%Y"}
    assert kinds(formats, "number") == {"close_value"}


def test_text_among_dates(data_dir: Path) -> None:
    path = data_dir / "supply_price_quotes" / "scms_deliveries_train.csv.gz"
    formats, rows = formats_of(path)
    assert rows == 7109
    assert len(kinds(formats, "date")) == 5
    first = formats["PQ First Sent to Client Date"]
    assert (first.example_odd, first.odd_row) == ("Pre-PQ Process", 1)
    assert first.odd > 2000
    assert formats["Weight (Kilograms)"].kind == "text"  # 'See ASN-93 (ID#:1281)' in too many cells
    with open_source(path) as source:
        table, _ = source.table()
        parsed = parse(table, list(formats.values()))
        assert parsed["PQ First Sent to Client Date"].null_count == first.odd
        assert parsed["Country"].to_pylist().count("Côte d'Ivoire") > 100
        assert any("Pre-PQ Process" in note for note in source.facts(list(formats.values())).notes)


def test_opportunity_numbers_are_no_dates(data_dir: Path) -> None:
    formats, rows = formats_of(data_dir / "ibm_sales_win_loss" / "opportunities_train.csv.gz")
    assert rows == 54782
    assert formats["Opportunity Number"].kind == "number"
    assert kinds(formats, "date") == set()
    assert formats["Client Size By Revenue (USD)"].kind == "text"


@pytest.mark.parametrize(
    ("path", "rows", "dates"),
    [
        ("olist_marketing_funnel/qualified_leads_train.csv.gz", 5345, {"first_contact_date"}),
        ("olist_marketing_funnel/closed_deals_train.csv.gz", 529, {"won_date"}),
        ("b2b_software_discounts/opportunities_train.csv.gz", 1089, {"Close Date", "Created Date"}),
        ("bank_telemarketing/bank_calls_train.csv.gz", 31551, set()),
        ("b2b_metal_quotes/quotes_train.csv.gz", 10955, set()),
        ("public_tender_bids/bids_train.csv.gz", 2750, set()),
        ("web_sessions_shoppers/sessions_train.csv.gz", 8624, set()),
        ("email_uplift_hillstrom/hillstrom_train.csv.gz", 44848, set()),
        ("match_products_amazon_google/gp.csv.gz", 3039, set()),
        ("headline_tests_upworthy/headline_tests_train.csv.gz", 15956, set()),
        ("meeting_transcripts_qmsum/val.jsonl.gz", 35, set()),
    ],
)
def test_rows_and_dates(data_dir: Path, path: str, rows: int, dates: set[str]) -> None:
    formats, found = formats_of(data_dir / path)
    assert found == rows
    assert kinds(formats, "date") == dates
