"""Mail before opening: how many were sent, opened by people and by scanners, clicked and answered, per deal."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadline.testing.world.draws import Floats, Ints, numbers
from leadline.testing.world.parameters import Parameters
from leadline.testing.world.streams import Streams

KINDS = ("human_plain", "human_clicked", "scanner_plain", "scanner_clicked")


def draw(parameters: Parameters, streams: Streams, accounts: pa.Table, deals: pa.Table) -> pa.Table:
    """One row per deal: `sent`, `replies`, and the opens in four kinds, with and without a click.

    Each kind is Poisson, so that opens by people and by scanners add to a Poisson count of which nobody sees the parts.
    """
    p = parameters
    sent = streams("engagement.sent").poisson(p.mails, size=len(deals))
    serious = deals["serious"].to_numpy()
    rate = scanner_rate(p, accounts, deals, sent)
    expected = kinds(p, rate)
    human = np.where(serious[:, None], expected[0, :2], expected[1, :2])
    scans = accounts["scans"].to_numpy()[deals["account_id"].to_numpy()]
    means = np.hstack([human, np.where(scans[:, None], expected[0, 2:], 0.0)]) * sent[:, None]
    columns = {"sent": sent, "scanner_rate": np.full(len(deals), rate)}
    for i, kind in enumerate(KINDS):
        columns[kind] = streams(f"engagement.{kind}").poisson(means[:, i])
    columns["replies"] = streams("engagement.replies").poisson(sent * np.where(serious, *p.reply_chance))
    return pa.table(columns)


def kinds(p: Parameters, rate: float) -> Floats:
    """Expected opens per mail: rows serious and not, columns as `KINDS`, at an account that scans."""
    return np.array(
        [
            [o * (1 - c), o * c, rate * (1 - p.scanner_click), rate * p.scanner_click]
            for o, c in zip(p.open_rate, p.click_share, strict=True)
        ]
    )


def scanner_rate(p: Parameters, accounts: pa.Table, deals: pa.Table, sent: Ints) -> float:
    """Scanner opens per mail at an account that scans, such that scanners make `scanner_share` of all opens."""
    people = float((sent * np.where(deals["serious"].to_numpy(), *p.open_rate)).sum())
    scanned = float(sent[accounts["scans"].to_numpy()[deals["account_id"].to_numpy()]].sum())
    return people * p.scanner_share / (1 - p.scanner_share) / max(scanned, 1.0)


def evidence(p: Parameters, scan_chance: Floats, mail: pa.Table) -> tuple[Floats, Floats]:
    """What opens say of being serious to one who holds that the account scans its mail with this chance: the
    log-likelihood ratios of their number, and of how many were clicked given that number."""
    plain = numbers(mail, "human_plain") + numbers(mail, "scanner_plain")
    clicked = numbers(mail, "human_clicked") + numbers(mail, "scanner_clicked")
    sent = numbers(mail, "sent")
    expected = kinds(p, float(numbers(mail, "scanner_rate")[0]))
    by_click = (expected[:, 0::2], expected[:, 1::2])  # each: serious or not x human, scanner
    total = by_click[0] + by_click[1]
    number = _ratio(scan_chance, sent, [(plain + clicked, total)])
    both = _ratio(scan_chance, sent, [(plain, by_click[0]), (clicked, by_click[1])])
    return number, both - number


def _ratio(scan_chance: Floats, sent: Floats, counted: list[tuple[Floats, Floats]]) -> Floats:
    """The log ratio, serious over not, of two likelihoods of counts; each is a mixture, over whether mail is scanned,
    of products of Poisson terms (of which those that do not depend on the rate cancel)."""
    mixed = []
    for state in (0, 1):
        logs = []
        for scanned in (0.0, 1.0):
            rates = [(count, rate[state, 0] + scanned * rate[state, 1]) for count, rate in counted]
            logs.append(np.asarray(sum(count * np.log(rate) - sent * rate for count, rate in rates)))
        with np.errstate(divide="ignore"):
            mixed.append(np.logaddexp(np.log1p(-scan_chance) + logs[0], np.log(scan_chance) + logs[1]))
    return np.asarray(mixed[0] - mixed[1])
