"""The lake: the record as a folder of Parquet files, for DuckDB, Spark and any other reader."""

from leadline.warehouse.lake.export import Exported, export
from leadline.warehouse.lake.manifest import files
from leadline.warehouse.lake.tables import TABLES

__all__ = ["TABLES", "Exported", "export", "files"]
