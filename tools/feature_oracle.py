"""Every feature again, row by row in plain Python: what the engines are held to."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]
SECOND = 1_000_000
DAY = 86_400 * SECOND

GROUPS = {
    "pages": (("page viewed",), "buyer"),
    "files": (("file downloaded",), "buyer"),
    "forms": (("form submitted",), "buyer"),
    "reads": (("mail opened", "mail link clicked"), "buyer"),
    "mails": (("mail received", "mail sent"), "buyer"),
    "chats": (("said in a chat",), "buyer"),
    "calls": (("call held",), ""),
    "meetings": (("meeting held",), ""),
    "accepted": (("meeting accepted",), "buyer"),
    "declined": (("meeting declined",), "buyer"),
    "outreach": (("mail sent",), "seller"),
}
INTENTS = {
    "questions": "question",
    "objections": "objection",
    "meeting_requests": "request for meeting",
    "price_talks": "price",
    "unsubscribes": "unsubscribe",
    "referrals": "referral",
    "absences": "out of office",
}
ROLES = {
    "champions": "champion",
    "economic_buyers": "economic buyer",
    "decision_makers": "decision maker",
    "influencers": "influencer",
    "technical_evaluators": "technical evaluator",
    "procurement_people": "procurement",
    "legal_people": "legal",
    "users": "user",
    "blockers": "blocker",
}
PROFILES = {
    "account": ("accounts", ("industry", "country", "region", "employees", "revenue", "currency")),
    "person": ("people", ("title", "department", "country", "account_id")),
    "deal": ("deals", ("pipeline", "channel", "currency", "product_id", "account_id")),
}


def features(tables: Tables, subject: str, number: int, cutoff: int, as_recorded: bool) -> Row:
    """All features of one subject at one cutoff."""
    view = View(tables, subject, number, cutoff, as_recorded)
    made = {**view.acts(), **view.replies(), **view.texts(), **view.roles(), **view.orders(), **view.profile()}
    return made | view.breadth() | (view.deal() if subject == "deal" else view.deals())


class View:
    """What was known of one subject at one cutoff."""

    def __init__(self, tables: Tables, subject: str, number: int, cutoff: int, as_recorded: bool) -> None:
        self.tables, self.subject, self.number, self.cutoff, self.as_recorded = (
            tables,
            subject,
            number,
            cutoff,
            as_recorded,
        )
        self.own = f"{subject}_id"
        self.signals = [r for r in tables["signals"] if r[self.own] == number and r["counts"] and self.known(r)]

    def known(self, row: Row, at: str = "at", recorded: str = "recorded_at") -> bool:
        return row[at] <= self.cutoff and (not self.as_recorded or row[recorded] <= self.cutoff)

    def within(self, row: Row, days: int, at: str = "at") -> bool:
        return bool(row[at] > self.cutoff - days * DAY)

    def since(self, times: list[int]) -> int | None:
        return (self.cutoff - max(times)) // DAY if times else None

    def acts(self) -> Row:
        sides = {"buyer_acts": "buyer", "seller_acts": "seller"}
        made: Row = {}
        told: dict[str, tuple[tuple[str, ...], str]] = {**GROUPS, **{name: ((), side) for name, side in sides.items()}}
        for name, (acts, actor) in told.items():
            rows = [r for r in self.signals if actor in ("", r["actor"]) and (not acts or r["act"] in acts)]
            for days in (7, 30, 90):
                made[f"{name}_{days}d"] = sum(self.within(r, days) for r in rows)
            made[f"{name}_days_since"] = self.since([r["at"] for r in rows])
            if name in sides:
                made[f"{name}_ever"] = len(rows)
                before = sum(self.within(r, 90) and not self.within(r, 30) for r in rows)
                made[f"{name}_trend"] = made[f"{name}_30d"] - before / 2
        both = made["buyer_acts_90d"] + made["seller_acts_90d"]
        made["seller_share_90d"] = made["seller_acts_90d"] / both if both else None
        made["first_act_days_since"] = max(((self.cutoff - r["at"]) // DAY for r in self.signals), default=None)
        buyers = [r for r in self.signals if r["actor"] == "buyer"]
        weeks = {(self.cutoff - r["at"]) // (7 * DAY) for r in buyers}
        made["weeks_active_13w"] = len([week for week in range(13) if week in weeks])
        longest = run = 0
        for week in range(13):
            run = 0 if week in weeks else run + 1
            longest = max(longest, run)
        made["weeks_silent_longest_13w"] = longest
        stays = [r for r in buyers if r["act"] == "time on page" and r["depth"] is not None]
        for days in (30, 90):
            made[f"seconds_on_pages_{days}d"] = hundredths(r["depth"] for r in stays if self.within(r, days)) / 100
        talks = [r for r in self.signals if r["act"] in ("call held", "meeting held") and r["depth"] is not None]
        made["seconds_talked_90d"] = hundredths(r["depth"] for r in talks if self.within(r, 90)) / 100
        late = [r for r in buyers if self.within(r, 90)]
        made["words_written_90d"] = sum(r["words"] or 0 for r in late)
        for name, act in (("pages", "page viewed"), ("files", "file downloaded")):
            pages = {r["page"] for r in late if r["act"] == act and r["page"] is not None}
            made[f"{name}_different_90d"] = len(pages)
        return made

    def breadth(self) -> Row:
        buyers = [r for r in self.signals if r["actor"] == "buyer" and r["person_id"] is not None]
        if self.subject == "person":
            return {}
        return {
            f"people_{days}d": len({r["person_id"] for r in buyers if self.within(r, days)}) for days in (7, 30, 90)
        }

    def replies(self) -> Row:
        mails = [r for r in self.signals if self.within(r, 365)]
        mails = [
            r
            for r in mails
            if (r["actor"] == "buyer" and r["act"] in ("mail received", "mail sent"))
            or (r["actor"] == "seller" and r["act"] == "mail sent")
        ]
        threads: dict[Any, list[Row]] = defaultdict(list)
        for row in sorted(mails, key=lambda r: (r["at"], r["id"])):
            threads[row["person_id"]].append(row)
        made: Row = {}
        for side, other in (("buyer", "seller"), ("seller", "buyer")):
            took = [
                (b["at"] - a["at"]) // SECOND
                for thread in threads.values()
                for a, b in pairwise(thread)
                if a["actor"] == other and b["actor"] == side
            ]
            made[f"{side}_replies_365d"] = len(took)
            made[f"{side}_reply_mean"] = sum(took) / len(took) if took else None
            made[f"{side}_reply_fastest"] = min(took, default=None)
            made[f"{side}_mails_waiting"] = sum(thread[-1]["actor"] == side for thread in threads.values())
        return made

    def texts(self) -> Row:
        rows = [
            r
            for r in self.tables["facts"]
            if r[self.own] == self.number
            and r["actor"] == "buyer"
            and r["signal_id"] is not None
            and self.known(r)
            and self.within(r, 90)
        ]
        newest: dict[Any, int] = defaultdict(int)
        for r in rows:
            newest[r["signal_id"], r["kind"]] = max(newest[r["signal_id"], r["kind"]], r["recorded_at"])
        rows = [r for r in rows if newest[r["signal_id"], r["kind"]] == r["recorded_at"]]
        made: Row = {}
        latest: dict[Any, int] = {}
        for r in rows:
            key = (r["signal_id"], r["kind"], r["label"])
            latest[key] = max(latest.get(key, 0), r["at"])
        for name, intent in INTENTS.items():
            ats = [at for (_, kind, label), at in latest.items() if (kind, label) == ("intent", intent)]
            made[f"{name}_90d"] = len(ats)
            made[f"{name}_30d"] = sum(at > self.cutoff - 30 * DAY for at in ats)
        tones = [r for r in rows if r["kind"] == "sentiment"]
        made["negative_texts_90d"] = len({r["signal_id"] for r in tones if r["label"] == "negative"})
        made["themes_90d"] = len({r["label"] for r in rows if r["kind"] == "theme" and r["label"] is not None})
        for days in (30, 90):
            scores = [
                floor(r["score"] * SECOND + 0.5)
                for r in tones
                if r["score"] is not None and latest[r["signal_id"], r["kind"], r["label"]] > self.cutoff - days * DAY
            ]
            made[f"tone_{days}d"] = sum(scores) / len(scores) / SECOND if scores else None
        return made

    def roles(self) -> Row:
        deals = {r["id"] for r in self.tables["deals"] if r["account_id"] == self.number}
        rows = [
            r
            for r in self.tables["roles"]
            if (r["deal_id"] in deals if self.subject == "account" else r[self.own] == self.number)
            and r["at"] <= self.cutoff
        ]
        sure = [r for r in rows if r["confirmed_at"] is not None and r["confirmed_at"] <= self.cutoff]
        return {
            "roles_confirmed": len(sure),
            "roles_proposed": len(rows) - len(sure),
            "role_people": len({r["person_id"] for r in rows}),
            **{name: sum(r["role"] == role for r in sure) for name, role in ROLES.items()},
        }

    def orders(self) -> Row:
        rows = [
            {**r, "at": r["created_at"] if r["ordered_at"] is None else r["ordered_at"]}
            for r in self.tables["orders"]
            if r[self.own] == self.number
        ]
        rows = [r for r in rows if self.known(r, recorded="created_at")]
        late = [r for r in rows if self.within(r, 365)]
        numbers = {r["id"] for r in late}
        products = {r["product_id"] for r in self.tables["order_lines"] if r["order_id"] in numbers}
        return {
            "orders_ever": len(rows),
            "orders_365d": len(late),
            "order_amount_ever": hundredths(r["amount"] for r in rows) / 100,
            "order_amount_365d": hundredths(r["amount"] for r in late) / 100,
            "order_days_since": self.since([r["at"] for r in rows]),
            "ordered_products_365d": len(products),
        }

    def deals_then(self) -> list[Row]:
        found = []
        for deal in self.tables["deals"]:
            own = deal["id"] if self.subject == "deal" else deal[self.own]
            opened = deal["created_at"] if deal["opened_at"] is None else deal["opened_at"]
            if own != self.number or opened > self.cutoff or (self.as_recorded and deal["created_at"] > self.cutoff):
                continue
            when = "recorded_at" if self.as_recorded else "at"
            then: Row = {"opened": opened, "closed_at": deal["closed_at"]}
            ended_later = deal["closed_at"] is not None and deal["closed_at"] > self.cutoff
            for field in ("stage", "state", "amount", "probability", "expected_on"):
                later = [
                    r
                    for r in self.tables["deal_changes"]
                    if r["deal_id"] == deal["id"] and r["field"] == field and r[when] > self.cutoff
                ]
                if later:
                    value = min(later, key=lambda r: (r[when], r["id"]))["before"]
                    then[field] = number_in(value) if field in ("amount", "probability") else value
                else:
                    today = {"stage": None, "probability": None, "state": "open"}
                    then[field] = today[field] if ended_later and field in today else deal[field]
            found.append(then)
        return found

    def deals(self) -> Row:
        deals = self.deals_then()
        by = {state: [d for d in deals if d["state"] == state] for state in ("open", "won", "lost")}
        decided = len(by["won"]) + len(by["lost"])
        ended = [d["closed_at"] for d in by["won"] if d["closed_at"] is not None and d["closed_at"] <= self.cutoff]
        return {
            **{f"deals_{state}": len(rows) for state, rows in by.items()},
            "deal_amount_open": hundredths(d["amount"] for d in by["open"]) / 100,
            "deal_amount_won": hundredths(d["amount"] for d in by["won"]) / 100,
            "deal_win_rate": len(by["won"]) / decided if decided else None,
            "deal_opened_days_since": self.since([d["opened"] for d in deals]),
            "deal_won_days_since": self.since(ended),
        }

    def deal(self) -> Row:
        names = ("stage_changes", "amount_raises", "amount_cuts", "close_pushes", "close_pulls")
        blank = ("state", "stage", "amount", "probability", "age_days", "days_in_stage", "days_to_close")
        for deal in self.deals_then():
            rows = [r for r in self.tables["deal_changes"] if r["deal_id"] == self.number and self.known(r)]
            stages = [r["at"] for r in rows if r["field"] == "stage"]
            moves = [(r["field"], r["before"], r["after"]) for r in rows if None not in (r["before"], r["after"])]
            texts = [(number_in(a), number_in(b)) for field, a, b in moves if field == "amount"]
            amounts = [(a, b) for a, b in texts if a is not None and b is not None]
            dates = [(a, b) for field, a, b in moves if field == "expected_on"]
            close = deal["expected_on"]
            return {
                **{f"deal_{name}": deal[name] for name in ("state", "stage", "amount", "probability")},
                "deal_age_days": self.since([deal["opened"]]),
                "deal_days_in_stage": self.since([max(stages)] if stages else [deal["opened"]]),
                "deal_days_to_close": None
                if close is None
                else (date.fromisoformat(close) - date(1970, 1, 1)).days - self.cutoff // DAY,
                "stage_changes": sum(field == "stage" for field, _, _ in moves),
                "amount_raises": sum(b > a for a, b in amounts),
                "amount_cuts": sum(b < a for a, b in amounts),
                "close_pushes": sum(b > a for a, b in dates),
                "close_pulls": sum(b < a for a, b in dates),
            }
        return {**dict.fromkeys(f"deal_{name}" for name in blank), **dict.fromkeys(names, 0)}

    def profile(self) -> Row:
        table, names = PROFILES[self.subject]
        blank = dict.fromkeys([*(f"{self.subject}_{name}" for name in names), f"{self.subject}_known_days"])
        for row in self.tables[table]:
            if row["id"] == self.number and not (self.as_recorded and row["created_at"] > self.cutoff):
                days = self.since([row["created_at"]]) if row["created_at"] <= self.cutoff else None
                return {**{f"{self.subject}_{name}": row[name] for name in names}, f"{self.subject}_known_days": days}
        return blank


def hundredths(values: Any) -> int:
    """Amounts together, in whole hundredths."""
    return sum(floor(value * 100 + 0.5) for value in values if value is not None)


def number_in(text: str | None) -> float | None:
    """The number that a text is; None where it is none."""
    try:
        return None if text is None else float(Fraction(text))
    except ValueError:
        return None
