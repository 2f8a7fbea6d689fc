"""Humans, not scanners: the likelihood that a human did an act, with its reasons.

`network_of` and `agent_of` make evidence of a request, `Recent` adds what the acts before it tell, `likelihood` and
`judge` judge it, `rejudge` looks again once more is known. See docs/explain/humans-not-scanners.md.
"""

from leadline.learn.human.agents import agent_of
from leadline.learn.human.context import Recent, hindsight
from leadline.learn.human.likelihood import HUMAN_THRESHOLD, judge, likelihood, reasons
from leadline.learn.human.networks import network_of, place_of
from leadline.learn.human.second_look import rejudge

__all__ = [
    "HUMAN_THRESHOLD",
    "Recent",
    "agent_of",
    "hindsight",
    "judge",
    "likelihood",
    "network_of",
    "place_of",
    "reasons",
    "rejudge",
]
