"""The tables. Django finds them here; each module holds one subject."""

from leadline.store.models.audit import AuditEntry, Erasure
from leadline.store.models.connection import Connection, Consent, Delivery, Endpoint, WriteKey
from leadline.store.models.identity import MatchReview, Merge, Visitor
from leadline.store.models.journal import Journal, Refused
from leadline.store.models.ledger import Decision, Fact, Lesson, Outcome, Recommendation, Signal, Source
from leadline.store.models.market import (
    Account,
    BuyingRole,
    Deal,
    DealProduct,
    Order,
    OrderLine,
    Person,
    Product,
    Seller,
    Team,
    Territory,
)
from leadline.store.models.origin import Batch, Change, ExternalKey, FieldOrigin, Restated
from leadline.store.models.user import User

__all__ = [
    "Account",
    "AuditEntry",
    "Batch",
    "BuyingRole",
    "Change",
    "Connection",
    "Consent",
    "Deal",
    "DealProduct",
    "Decision",
    "Delivery",
    "Endpoint",
    "Erasure",
    "ExternalKey",
    "Fact",
    "FieldOrigin",
    "Journal",
    "Lesson",
    "MatchReview",
    "Merge",
    "Order",
    "OrderLine",
    "Outcome",
    "Person",
    "Product",
    "Recommendation",
    "Refused",
    "Restated",
    "Seller",
    "Signal",
    "Source",
    "Team",
    "Territory",
    "User",
    "Visitor",
    "WriteKey",
]
