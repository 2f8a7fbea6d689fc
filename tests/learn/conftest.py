"""Real sets and simulated markets as typed tables, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from leadline.core.formats import ColumnFormat
from leadline.learn.priors import Prior, Rule
from leadline.learn.qualified import Qualified
from leadline.learn.qualify import qualify
from leadline.learn.task import Options
from leadline.testing.world import OUTCOME, WON, Parameters, World, make
from leadline.warehouse import values

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


# -- simulated markets -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Market:
    """A simulated market with its export as the program reads it."""

    world: World
    table: pa.Table
    formats: tuple[ColumnFormat, ...]

    def qualify(self, **said: Any) -> Qualified:
        """The market qualified; `said` are options."""
        return qualify(self.table, Options(f"{OUTCOME}={WON}", **said), formats=self.formats)

    def write(self, path: Path, rows: slice = slice(None), **columns: list[Any]) -> Path:
        """The export as a CSV file, with further or other columns."""
        table = self.world.export_text()
        for name, cells in columns.items():
            column = pa.array(cells)
            at = table.schema.get_field_index(name)
            table = table.append_column(name, column) if at < 0 else table.set_column(at, name, column)
        pa_csv.write_csv(table.take(pa.array(range(table.num_rows)[rows])), path)
        return path


def market(rows: int, seed: int, parameters: Parameters | None = None) -> Market:
    """A market of `rows` deals."""
    sized = replace(parameters or Parameters(), deals=rows, accounts=max(1, rows // 7), sellers=12)
    world = make(sized, seed)
    text = world.export_text()
    formats = values.infer(text)
    return Market(world, values.parse(text, formats), formats)


@pytest.fixture(scope="session")
def markets() -> Callable[..., Market]:
    """Makes a market; the same again is the same."""
    return lru_cache(maxsize=16)(market)


@pytest.fixture(scope="session")
def small(markets: Callable[..., Market]) -> Market:
    """A market of 900 deals, all kinds of columns in it."""
    return markets(900, 4)


@pytest.fixture(scope="session")
def taught(small: Market) -> Qualified:
    """Trees, words, products and a questionnaire in one model."""
    rules = (
        Rule("Lead Source", "is", ("Referral", "Partner"), 2.0, "they know us"),
        Rule("Budget", "filled", (True,), 1.5, ""),
    )
    return small.qualify(product="Product", prior=Prior(0.3, 40.0, rules))


@pytest.fixture(scope="session")
def plain(small: Market) -> Qualified:
    """The same market without products and questionnaire."""
    return small.qualify()
