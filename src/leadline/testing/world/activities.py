"""Acts before opening, one by one: mails sent, opens, clicks and replies, each by a person or a scanner."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Bools, Ints
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

_SECOND = np.timedelta64(1, "s")
KIND_NAMES = ("send", "open", "click", "reply")


def draw(parameters: Parameters, streams: Streams, people: pa.Table, deals: pa.Table, mail: pa.Table) -> pa.Table:
    """One row per act, in order of time, all before the deal's day of opening. `human` is false for scanners; no
    export shows it. Scanners act within seconds, people within hours or a day."""
    p = parameters
    sent = mail["sent"].to_numpy()
    deal = np.repeat(np.arange(len(deals)), sent)
    start = np.cumsum(sent) - sent
    rng = streams("activities.send")
    opened = deals["opened"].to_numpy().astype("datetime64[s]")
    back = rng.integers(3, p.mail_days + 1, size=len(deal))
    second = rng.integers(8 * 3_600, 18 * 3_600, size=len(deal))
    send_at = opened[deal] + (second - back * 86_400) * _SECOND
    person = _engaged(rng, people, deals, deal)

    mails = np.arange(len(deal))
    parts: list[tuple[int, Ints, Ints, Bools]] = [(0, mails, np.zeros_like(mails), np.ones(len(mails), np.bool_))]
    for counted, human, clicked in (
        ("human_plain", True, False),
        ("human_clicked", True, True),
        ("scanner_plain", False, False),
        ("scanner_clicked", False, True),
    ):
        rng = streams(f"activities.{counted}")
        of = _mails(rng, mail[counted].to_numpy(), sent, start)
        delay = _delay(rng, len(of), human)
        parts.append((1, of, delay, np.full(len(of), human)))
        if clicked:
            after = rng.integers(5, 120, size=len(of)) if human else rng.integers(0, 3, size=len(of))
            parts.append((2, of, delay + after, np.full(len(of), human)))
    rng = streams("activities.reply")
    of = _mails(rng, mail["replies"].to_numpy(), sent, start)
    parts.append((3, of, _delay(rng, len(of), True) + 300, np.ones(len(of), np.bool_)))

    kind = np.concatenate([np.full(len(of), k) for k, of, _, _ in parts])
    mail_of = np.concatenate([of for _, of, _, _ in parts])
    at = send_at[mail_of] + np.concatenate([delay for _, _, delay, _ in parts]) * _SECOND
    order = np.lexsort((kind, mail_of, at))
    mail_of = mail_of[order]
    names = pa.DictionaryArray.from_arrays(pa.array(kind[order], pa.int8()), list(KIND_NAMES))
    return pa.table(
        {
            "activity_id": np.arange(len(order)),
            "deal_id": deals["deal_id"].take(pa.array(deal[mail_of])),
            "account_id": deals["account_id"].to_numpy()[deal[mail_of]],
            "person_id": person[mail_of],
            "mail_id": mail_of,
            "kind": names.cast(pa.string()),
            "at": at[order],
            "human": np.concatenate([human for _, _, _, human in parts])[order],
        }
    )


def _engaged(rng: np.random.Generator, people: pa.Table, deals: pa.Table, deal: Ints) -> Ints:
    """Whom each mail goes to: the contact, or one of the next persons of the group who are engaged."""
    owner = people["account_id"].to_numpy()
    account = deals["account_id"].to_numpy()[deal]
    first, last = np.searchsorted(owner, account), np.searchsorted(owner, account, side="right")
    step = (rng.random(len(deal)) * deals["engaged"].to_numpy()[deal]).astype(np.int64)
    contact = deals["contact_id"].to_numpy()[deal]
    return np.asarray(first + (contact - first + step) % (last - first))


def _mails(rng: np.random.Generator, counts: Ints, sent: Ints, start: Ints) -> Ints:
    """The mail that each of a deal's acts answers, drawn among its mails."""
    deal = np.repeat(np.arange(len(counts)), counts)
    return np.asarray(start[deal] + (rng.random(len(deal)) * sent[deal]).astype(np.int64))


def _delay(rng: np.random.Generator, count: int, human: bool) -> Ints:
    """Seconds between a mail and its opening."""
    if not human:
        return rng.integers(1, 25, size=count)
    return np.minimum(600 + rng.lognormal(8.5, 1.2, size=count), 2 * 86_400.0 - 1_000.0).astype(np.int64)
