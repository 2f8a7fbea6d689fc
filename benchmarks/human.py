"""Humans, not scanners: how well acts of people are told from those of machines, beside Mautic's rule.

`python -m benchmarks.human [--seeds 40] [--first 1000]`. Traffic of markets that nothing was tuned on
(`visits.unseen`): kinds of scanners, agents, delays and networks that the weights never saw. Each act is judged at
receipt, from what came before it, and again in hindsight. Figures are means over markets, with lowest and highest.

The peer is Mautic's published rule (`BotRatioHelper`, re-implemented from its description in mautic#16263): a point
each for a fetch less than 2 seconds after the mail was sent, an address on a list, an agent on a list or known to a
detector of robots; two of three points make a robot. It is given as it ships (two agents, no address), with its lists
filled with all that Leadline knows of gateways' ranges and machines' agents, and so that one point is enough. Its
points rank acts for AUC.

Writes benchmarks/out/human.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from leadline.core.origin import AgentFacts, Evidence
from leadline.learn.human import HUMAN_THRESHOLD, Recent, agent_of, hindsight, judge
from leadline.learn.human.networks import GATEWAYS
from leadline.testing.world import visits

OUT = Path(__file__).resolve().parent / "out"
MAIL_ACTS = ("mail opened", "mail link clicked")
MACHINES = {"headless", "library", "bot", "preview", "monitor", "scanner", "none"}
SHIPPED = ("Googlebot/2.1", "LinkedInBot/1.0")
BARS = {"auc": 0.95, "scanners_called_human": 0.02, "people_kept": 0.90}
Judge = Callable[[Sequence[Evidence]], np.ndarray]


def _facts(evidence: Evidence) -> AgentFacts:
    return evidence.agent if isinstance(evidence.agent, AgentFacts) else agent_of(evidence.agent or "")


def mautic(evidence: Evidence, *, filled: bool) -> float:
    """1 less the share of the three points: at or under .4 Mautic calls it a robot."""
    soon = evidence.since_send is not None and evidence.since_send < 2
    listed = filled and evidence.network in GATEWAYS
    agent = evidence.agent if isinstance(evidence.agent, str) else ""
    robot = _facts(evidence).family in MACHINES if filled else any(name in agent for name in SHIPPED)
    return 1 - (soon + listed + robot) / 3


def ece(chance: np.ndarray, human: np.ndarray) -> float:
    """Mean distance of said and true share over ten equally wide bins, weighted by acts."""
    place = np.minimum((chance * 10).astype(int), 9)
    return float(sum(abs(chance[place == b].mean() - human[place == b].mean()) * (place == b).mean()
                     for b in range(10) if (place == b).any()))  # fmt: skip


def figures(chance: np.ndarray, human: np.ndarray, threshold: float) -> dict[str, float]:
    """What is promised, on one market."""
    return {
        "auc": float(roc_auc_score(human, chance)),
        "scanners_called_human": float((chance[~human] >= threshold).mean()),
        "people_kept": float((chance[human] >= threshold).mean()),
        "ece": ece(chance, human),
    }


def market(seed: int) -> tuple[dict[str, dict[str, float]], list[tuple[str, bool, bool, bool]]]:
    """The figures of one market by judge, and of each act: its kind, whether a person did it, and both verdicts."""
    traffic = visits.unseen(seed)
    recent = Recent()
    early, late = [recent.see(seen) for seen in traffic.seen], hindsight(traffic.seen)
    acts = np.array([seen.evidence.act for seen in traffic.seen])
    kept = acts != "time on page"
    human = np.array(traffic.human)[kept]
    mail = np.isin(acts, MAIL_ACTS)[kept]
    first, second = np.array(judge(early))[kept], np.array(judge(late))[kept]
    found = {
        "at receipt": figures(first, human, HUMAN_THRESHOLD),
        "second look": figures(second, human, HUMAN_THRESHOLD),
        "second look, mail only": figures(second[mail], human[mail], HUMAN_THRESHOLD),
    }
    for name, filled in (("Mautic as it ships", False), ("Mautic, lists filled", True)):
        points = np.array([mautic(evidence, filled=filled) for evidence in early])[kept]
        found[name] = figures(points, human, 0.5)
        found[f"{name}, mail only"] = figures(points[mail], human[mail], 0.5)
        if filled:
            found[f"{name}, one point enough, mail only"] = figures(points[mail], human[mail], 0.9)
    kinds = np.array(traffic.kind)[kept]
    verdicts = zip(kinds.tolist(), human.tolist(), first >= HUMAN_THRESHOLD, second >= HUMAN_THRESHOLD, strict=True)
    return found, list(verdicts)


def speed() -> dict[str, float]:
    """Microseconds an act on one core: plain web events with some hundred agents, and all of a market's acts."""
    traffic = visits.unseen(0)
    web = [seen.evidence for seen in traffic.seen if seen.evidence.act == "page viewed"]
    late = hindsight(traffic.seen)
    result = {}
    for name, rows in (("plain web events", web * 20), ("acts in hindsight", late * 10)):
        judge(rows)
        start = time.perf_counter()
        judge(rows)
        result[name] = (time.perf_counter() - start) / len(rows) * 1e6
    start = time.perf_counter()
    recent = Recent()
    for seen in traffic.seen:
        recent.see(seen)
    result["what came before, an act"] = (time.perf_counter() - start) / len(traffic.seen) * 1e6
    return result


def main(arguments: list[str]) -> None:
    """All markets; the means, and by kind."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.human", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=1000)
    call = parser.parse_args(arguments)
    runs: dict[str, list[dict[str, float]]] = defaultdict(list)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(call.first, call.first + call.seeds):
        found, verdicts = market(seed)
        for judged, row in found.items():
            runs[judged].append(row)
        for kind, human, first, second in verdicts:
            kinds[kind].update(acts=1, human=int(human), first=int(first), second=int(second))
    seeds = [call.first, call.first + call.seeds]
    result: dict[str, Any] = {"seeds": seeds, "threshold": HUMAN_THRESHOLD, "bars": BARS}
    result["judges"] = {
        judged: {key: {"mean": float(np.mean([row[key] for row in rows])), "low": float(min(row[key] for row in rows)),
                       "high": float(max(row[key] for row in rows))} for key in rows[0]}
        for judged, rows in runs.items()
    }  # fmt: skip
    result["kinds"] = {
        kind: {"acts": n["acts"], "human": bool(n["human"]), "at receipt": n["first"] / n["acts"],
               "second look": n["second"] / n["acts"]}
        for kind, n in sorted(kinds.items())
    }  # fmt: skip
    over = sum(row["scanners_called_human"] > BARS["scanners_called_human"] for row in runs["second look"])
    result["markets over 2 %"] = over
    result["microseconds"] = speed()
    OUT.mkdir(exist_ok=True)
    (OUT / "human.json").write_text(json.dumps(result, indent=1) + "\n")
    for judged, row in result["judges"].items():
        told = (f"{key} {f['mean']:.4f} ({f['low']:.4f} to {f['high']:.4f})" for key, f in row.items())
        print(f"{judged}: {', '.join(told)}")
    for kind, row in result["kinds"].items():
        print(f"  {kind:30s} {row['acts']:7d}: {row['at receipt']:.3f}, second look {row['second look']:.3f}")
    print(f"markets with over 2 % of scanners' acts called human in the second look: {over} of {call.seeds}")
    print({key: round(value, 2) for key, value in result["microseconds"].items()})


if __name__ == "__main__":
    main(sys.argv[1:])
