"""What a model of the record learns from: rows at cut-offs, joined with what was known then, in words people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadline.core.errors import CallError, DataError
from leadline.core.progress import Progress, quiet
from leadline.core.roles import Role
from leadline.learn.task import Options
from leadline.warehouse import features as counted
from leadline.warehouse import history

SUBJECTS = ("deal", "account")
RIPE = 0.8  # share of decided rows that were decided this soon after their cut-off
DAY = history.DAY

OUTCOME, DECIDED, LOOKED, RIPE_AT, GROUP = "outcome", "decided", "looked at", "ripe", "account number"
PRODUCT, STAGE, NAME = "product", "readiness", "deal"
KEYS = frozenset((OUTCOME, DECIDED, LOOKED, RIPE_AT, GROUP, NAME, "account"))
EARLY, ENGAGED = "early", "engaged"
# Steps of features: of the subject itself, and of the account beside a deal.
OF_DEAL = ("recent", "ever", "rhythm", "breadth", "depth", "replies", "texts", "roles", "deal")
OF_ACCOUNT = ("recent", "ever", "rhythm", "breadth", "depth", "replies", "texts", "deals", "orders")
BESIDE = ("recent", "breadth", "deals", "orders")
# Said by the row itself in other words, or judged by the seller.
LEFT_OUT = ("deal_state", "deal_stage", "deal_amount", "deal_probability")
# What a buyer does that costs time: pages and downloads alone do not make an account engaged.
DEPTH = ("meetings", "mails", "calls", "chats")


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Rows to learn from and to score. `table` is typed as `qualify` wants it; `subjects`, `cutoffs`, `accounts` and
    `decided` (microseconds, -1 where not) have one entry a row, `labels` 1 won, 0 lost, -1 open. `at` is the time up
    to which outcomes were known; `ripe_days` how old a cut-off must be before its row is learned from."""

    subject: str
    at: int
    table: pa.Table
    subjects: NDArray[np.int64]
    cutoffs: NDArray[np.int64]
    accounts: NDArray[np.int64]
    decided: NDArray[np.int64]
    labels: NDArray[np.int8]
    ripe_days: float

    @property
    def readiness(self) -> list[str | None]:
        """The stage of readiness of each row."""
        return list(self.table[STAGE].to_pylist())

    @property
    def products(self) -> list[str | None]:
        """The product of each row."""
        return list(self.table[PRODUCT].to_pylist())

    @property
    def count(self) -> int:
        """How many subjects there are."""
        return len(np.unique(self.subjects))

    def take(self, rows: NDArray[np.int64]) -> Material:
        """These rows only."""
        return replace(
            self,
            table=self.table.take(pa.array(rows)),
            subjects=self.subjects[rows],
            cutoffs=self.cutoffs[rows],
            accounts=self.accounts[rows],
            decided=self.decided[rows],
            labels=self.labels[rows],
        )

    def known_at(self, at: int) -> Material:
        """What could be learned from at an earlier time: rows decided by then, whose cut-offs were ripe."""
        closed = (self.labels >= 0) & (self.decided <= at)
        lag = np.maximum(0, self.decided[closed] - self.cutoffs[closed])
        days = float(np.quantile(lag, RIPE)) / DAY if closed.any() else 0.0
        ripe = closed & (self.cutoffs <= at - int(days * DAY))
        found = self.take(np.flatnonzero(ripe))
        ready = pa.array(found.cutoffs + int(days * DAY)).cast(pa.timestamp("us"))
        seen = pa.array(found.cutoffs).cast(pa.timestamp("us"))
        table = _with(_with(found.table, LOOKED, seen), RIPE_AT, ready)
        return replace(found, at=at, ripe_days=days, table=table)

    def until(self, at: int) -> Material:
        """Those decided by an earlier time, ripe or not, as of that time."""
        found = self.take(np.flatnonzero((self.labels >= 0) & (self.decided <= at)))
        return replace(found, at=at)

    def for_learning(self) -> Material:
        """What is ripe to learn from as of `at`, and the open rows."""
        ripe, waiting = self.known_at(self.at), self.open_rows()
        blank = pa.nulls(waiting.table.num_rows, pa.timestamp("us"))
        waiting = replace(waiting, table=_with(_with(waiting.table, LOOKED, blank), RIPE_AT, blank))
        return Material(
            subject=self.subject,
            at=self.at,
            table=pa.concat_tables([ripe.table, waiting.table]),
            subjects=np.concatenate([ripe.subjects, waiting.subjects]),
            cutoffs=np.concatenate([ripe.cutoffs, waiting.cutoffs]),
            accounts=np.concatenate([ripe.accounts, waiting.accounts]),
            decided=np.concatenate([ripe.decided, waiting.decided]),
            labels=np.concatenate([ripe.labels, waiting.labels]),
            ripe_days=ripe.ripe_days,
        )

    def decided_in(self, after: int, to: int) -> Material:
        """Rows of those decided after a time and up to another: what a model of the earlier time cannot know of."""
        return self.take(np.flatnonzero((self.labels >= 0) & (self.decided > after) & (self.decided <= to)))

    def open_rows(self) -> Material:
        """The rows that are to be scored."""
        return self.take(np.flatnonzero(self.labels < 0))

    def options(self, seed: int = 0, capacity: str = "", keep: Sequence[str] = ()) -> Options:
        """How `qualify` is told to read the table."""
        roles = {
            GROUP: Role.ACCOUNT,
            NAME: Role.IGNORED,
            "account": Role.IGNORED,
            DECIDED: Role.IGNORED,
            LOOKED: Role.IGNORED,
            RIPE_AT: Role.IGNORED,
            STAGE: Role.CATEGORY,
        }
        return Options(
            outcome=f"{OUTCOME}=won",
            lost=("lost",) if (self.labels == 0).any() else (),
            open=("open",) if (self.labels < 0).any() else (),
            roles={name: role for name, role in roles.items() if name in self.table.column_names},
            split=f"apart:{DECIDED}|{LOOKED}|{RIPE_AT}",
            keep=tuple(keep),
            product=PRODUCT if self._many_products() else "",
            capacity=capacity,
            amount="amount" if "amount" in self.table.column_names else "",
            id_column=NAME,
            seed=seed,
            timed=self.timed,
        )

    @property
    def timed(self) -> tuple[str, ...]:
        """The columns that are counted as of each row's cut-off."""
        return tuple(name for name in self.table.column_names if name not in KEYS)

    def _many_products(self) -> bool:
        closed = self.table.filter(pa.array(self.labels >= 0))
        counts = pc.value_counts(closed[PRODUCT].drop_null()).to_pylist()
        return sum(int(one["counts"]) >= 5 for one in counts) >= 2


def gather(
    lake: Path, subject: str, at: int, names: Mapping[int, str] | None = None, progress: Progress = quiet
) -> Material:
    """Rows of the lake as known at `at`: decided ones to learn from, open ones to score. `names` are the deals' by
    number. Raises CallError for another subject, DataError where there is nothing to learn from."""
    if subject not in SUBJECTS:
        raise CallError(f"Models are made of {' and '.join(SUBJECTS)}, not of '{subject}'")
    progress("gathering rows", 0.0)
    rows = history.deal_rows(lake, at) if subject == "deal" else history.account_rows(lake, at)
    rows = rows.sort_by([("subject_id", "ascending"), ("cutoff", "ascending")])
    keys = pa.table({"subject_id": rows["subject_id"], "cutoff": rows["cutoff"]})
    account = rows["account_id"].fill_null(-1)
    own = _features(lake, subject, OF_DEAL if subject == "deal" else OF_ACCOUNT, keys, progress)
    readiness = _readiness(rows, own)
    parts = [_said(own, "", LEFT_OUT)]
    if subject == "deal":
        keys = pa.table({"subject_id": account, "cutoff": rows["cutoff"]})
        beside = _features(lake, "account", BESIDE, keys, progress)
        brief = [name for name in beside.column_names if name.endswith("_7d")]
        parts.append(_said(beside, "account: ", brief))
    progress("joining", 0.9)
    table = _typed(rows, parts, _names(rows, names), readiness)
    labels = np.select([_is(rows, "won"), _is(rows, "lost")], [1, 0], -1).astype(np.int8)
    if not (labels >= 0).any():
        raise DataError(f"No {subject} was decided by then; a model needs won and lost ones to learn from")
    return Material(
        subject=subject,
        at=at,
        table=table,
        subjects=_whole(rows["subject_id"]),
        cutoffs=_whole(rows["cutoff"]),
        # one without an account is a group of its own
        accounts=np.where(_whole(account) >= 0, _whole(account), -1 - _whole(rows["subject_id"])),
        decided=_whole(rows["decided_at"].fill_null(-1)),
        labels=labels,
        ripe_days=0.0,
    )


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.append_column(name, column) if at < 0 else table.set_column(at, name, column)


def _whole(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _is(rows: pa.Table, outcome: str) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(rows[OUTCOME], outcome).to_numpy(zero_copy_only=False), dtype=bool)


def _names(rows: pa.Table, names: Mapping[int, str] | None) -> list[str]:
    """What each row is called: its name and number."""
    known = names or {}
    said = rows["account"].to_pylist()
    return [
        f"{known.get(number) or account or 'no name'} (#{number})"
        for number, account in zip(rows["subject_id"].to_pylist(), said, strict=True)
    ]


def _features(lake: Path, subject: str, steps: Sequence[str], keys: pa.Table, progress: Progress) -> pa.Table:
    """The features of each (subject_id, cutoff) of `keys`, in that order, under their own names."""
    keys = keys.combine_chunks()
    order = pc.sort_indices(keys, [("subject_id", "ascending"), ("cutoff", "ascending")])
    found = counted.features(lake, subject, keys, steps=steps, progress=progress)  # type: ignore[arg-type]  # its words
    back = np.empty(keys.num_rows, dtype=np.int64)
    back[order.to_numpy()] = np.arange(keys.num_rows)
    return found.drop_columns(["subject_id", "cutoff"]).take(pa.array(back))


def _said(part: pa.Table, mark: str, left_out: Sequence[str]) -> pa.Table:
    """The features under their meanings, so that reasons are sentences."""
    part = part.drop_columns([name for name in left_out if name in part.column_names])
    said = {entry.feature.name: entry.feature.meaning for entry in counted.catalogue()}
    once: dict[str, None] = {}
    for name in part.column_names:
        words = mark + said.get(name, name)
        once[words if words not in once else f"{words} ({name})"] = None
    return part.rename_columns(list(once))


def _typed(rows: pa.Table, parts: Sequence[pa.Table], names: Sequence[str], readiness: pa.Array) -> pa.Table:
    """Numbers as float64, times as timestamps, words as strings. Every column stays, blank ones too: models of
    other days may read them."""
    columns: dict[str, pa.ChunkedArray | pa.Array] = {
        NAME: pa.array(names, pa.string()),
        "account": rows["account"],
        GROUP: pc.cast(rows["account_id"], pa.string()),
        OUTCOME: rows[OUTCOME],
        DECIDED: pc.cast(rows["decided_at"], pa.timestamp("us")),
        STAGE: readiness,
    }
    skipped = {*history.KEYS, "opened_at", "stage", "moved"}
    columns.update({name: rows[name] for name in rows.column_names if name not in skipped})
    for part in parts:
        columns.update({name: part[name] for name in part.column_names})
    made = {}
    for name, column in columns.items():
        kind, cells = column.type, column
        if pa.types.is_boolean(kind):
            cells = pc.if_else(column, "yes", "no")
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            cells = pc.cast(column, pa.float64())
        made[name] = cells
    return pa.table(made)


def _readiness(rows: pa.Table, own: pa.Table) -> pa.Array:
    """How far a row has come: 'early' until a buyer did something of depth, then 'engaged'; a deal that has moved on
    from its first stage is in the stage where it stands."""
    deep = np.zeros(rows.num_rows, dtype=bool)
    for name in DEPTH:
        deep |= np.asarray(own[f"{name}_days_since"].is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    begun = np.where(deep, ENGAGED, EARLY).tolist()
    if "stage" not in rows.column_names:
        return pa.array(begun, pa.string())
    stages, moved = rows["stage"].to_pylist(), rows["moved"].to_pylist()
    return pa.array(
        [stage or "unknown" if far else first for first, stage, far in zip(begun, stages, moved, strict=True)],
        pa.string(),
    )
