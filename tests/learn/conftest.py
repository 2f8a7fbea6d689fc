"""Real sets as typed tables, for the tests of roles, outcomes, splits and the guard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

IDS = frozenset({"order", "identifier", "repeat"})


@dataclass(frozen=True)
class RealSet:
    """A real set: how it is read, its outcome, its true leaks, and leaks that may be found or not."""

    sql: str
    outcome: str
    leaks: frozenset[str]
    either: frozenset[str] = frozenset()


_OLIST = """select l.*, d.* exclude(mql_id), (d.won_date is not null)::int as converted
    from '{D}/olist_marketing_funnel/qualified_leads_train.csv.gz' l
    left join '{D}/olist_marketing_funnel/closed_deals_train.csv.gz' d using(mql_id)"""
_CRM = """select p.*, a.* exclude(account), t.* exclude(sales_agent)
    from '{D}/crm_sales_opportunities/sales_pipeline.csv' p
    left join '{D}/crm_sales_opportunities/accounts.csv' a using(account)
    left join '{D}/crm_sales_opportunities/sales_teams.csv' t using(sales_agent)"""

REAL = {
    "ibm": RealSet(
        "select * from '{D}/ibm_sales_win_loss/opportunities_train.csv.gz'",
        "Opportunity Result=Won",
        frozenset(
            {
                "Opportunity Number",
                "Elapsed Days In Sales Stage",
                "Sales Stage Change Count",
                "Total Days Identified Through Closing",
                "Total Days Identified Through Qualified",
                "Ratio Days Identified To Total Days",
                "Ratio Days Validated To Total Days",
                "Ratio Days Qualified To Total Days",
            }
        ),
    ),
    "crm": RealSet(
        "select * from '{D}/crm_sales_opportunities/sales_pipeline.csv'",
        "deal_stage=Won",
        frozenset({"close_value", "close_date"}),
    ),
    "crm_joined": RealSet(_CRM, "deal_stage=Won", frozenset({"close_value", "close_date"})),
    "olist": RealSet(
        _OLIST,
        "converted=1",
        frozenset(
            "seller_id sdr_id sr_id won_date business_segment lead_type lead_behaviour_profile has_company has_gtin "
            "average_stock business_type declared_product_catalog_size declared_monthly_revenue".split()
        ),
    ),
    "bank": RealSet(
        "select * from '{D}/bank_telemarketing/bank_calls_train.csv.gz'",
        "y=yes",
        frozenset({"duration", "Cust_num"}),
        frozenset({"campaign"}),
    ),
    "metals": RealSet("select * from '{D}/b2b_metal_quotes/quotes_train.csv.gz'", "Order=1", frozenset({"RowInFile"})),
    "software": RealSet(
        "select * from '{D}/b2b_software_discounts/opportunities_train.csv.gz'",
        "Stage=Closed Won*",
        frozenset({"Close Date", "Billing Plan", "ACV", "Discount Amount", "Net Amount"}),
    ),
    "web": RealSet(
        "select * from '{D}/web_sessions_shoppers/sessions_train.csv.gz'", "Revenue=True", frozenset({"PageValues"})
    ),
    "tender": RealSet("select * from '{D}/public_tender_bids/bids_train.csv.gz'", "bid_rigging_label=1", frozenset()),
}


def typed(table: pa.Table) -> pa.Table:
    """The table as the program reads it: numbers, dates and texts, truth values as text."""
    columns = {}
    for name in table.column_names:
        cells = table[name]
        if pa.types.is_temporal(cells.type):
            cells = cells.cast(pa.timestamp("us"))
        elif pa.types.is_boolean(cells.type):
            texts = [None if cell is None else str(cell) for cell in cells.to_pylist()]
            cells = pa.chunked_array([pa.array(texts, pa.string())])
        elif not pa.types.is_string(cells.type):
            cells = cells.cast(pa.float64())
        columns[name] = cells
    return pa.table(columns)


@pytest.fixture(scope="session")
def real(data_dir: Path) -> Callable[[str], pa.Table]:
    """Reads a real set by its short name."""
    kept: dict[str, pa.Table] = {}

    def read(name: str) -> pa.Table:
        if name not in kept:
            kept[name] = typed(duckdb.sql(REAL[name].sql.format(D=data_dir)).to_arrow_table())
        return kept[name]

    return read


@pytest.fixture(scope="session")
def real_sets() -> dict[str, RealSet]:
    """What is known of each real set."""
    return REAL
