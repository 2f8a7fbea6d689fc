"""Triggers that keep the ledger, the audit trail and the views' tables from being changed by any other way."""

from __future__ import annotations

LEDGER = ("signal", "fact", "recommendation", "decision", "outcome", "lesson")
REFUSAL = "the ledger is appended to only"


def guards(vendor: str) -> list[str]:
    """Statements that make the triggers; `vendor` is 'sqlite' or 'postgresql'.

    An update passes only where it erases: `erased_at` is set, and when and where the row came from stay.
    """
    rules = {f"store_{name}": "NEW.erased_at IS NULL OR NEW.at <> OLD.at OR NEW.id <> OLD.id" for name in LEDGER}
    rules["store_auditentry"] = (
        "NEW.hash <> OLD.hash OR NEW.previous <> OLD.previous OR NEW.digest <> OLD.digest OR NEW.seq <> OLD.seq "
        "OR NEW.at <> OLD.at OR NEW.actor <> OLD.actor OR NEW.act <> OLD.act "
        "OR NEW.salt IS NOT NULL OR NEW.payload IS NOT NULL"
    )
    return [statement for table, rule in rules.items() for statement in _guard(vendor, table, rule)]


def _guard(vendor: str, table: str, rule: str) -> list[str]:
    if vendor == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        return [
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} WHEN {rule} {refuse}",
        ]
    return [
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION leadline_refuse()",
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({rule}) "
        "EXECUTE FUNCTION leadline_refuse()",
    ]


REFUSE = f"""CREATE OR REPLACE FUNCTION leadline_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"""
