"""What `leadline risk` tells a person."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.cli.paper import Paper, clean
from leadline.core.disclosure import Coarsening, Population, Risk
from leadline.learn import quasi
from leadline.web.report.figures import count, decimal, percent, plural

SHOWN = 12


def show(
    name: str,
    parts: Sequence[quasi.Part],
    risk: Risk,
    refusal: str | None,
    steps: Sequence[Coarsening],
    population: Population | None,
    k: int,
    seconds: float,
) -> None:
    """Print the summary."""
    paper = Paper()
    paper.title(name, plural(risk.rows, "row"))
    for part in (quasi.DIRECT, quasi.QUASI, quasi.SENSITIVE, quasi.OTHER):
        named = [clean(one.column, 40) for one in parts if one.part == part]
        if named:
            paper.item(_SHORT[part], ", ".join(named[:SHOWN]) + (" …" if len(named) > SHOWN else ""))
    if any(one.part == quasi.DIRECT for one in parts):
        paper.line("Whoever has the file reads whom it is about: leave out the columns that name a person first.")
    paper.title("Found", "how many others share the columns that could lead to a person")
    paper.item("k", f"{count(risk.k)}: the smallest class of rows that are alike")
    paper.item("unique", f"{plural(risk.unique, 'row')} ({percent(risk.unique / risk.rows)})")
    below = risk.below(k)
    paper.item(f"below {k}", f"{plural(below, 'row')} ({percent(below / risk.rows)})")
    paper.item(
        "mean risk", f"{percent(risk.mean_risk)}: the chance to name a row's person, who is known to be in the file"
    )
    if population is not None:
        told = (
            "unknown" if population.unique is None else f"about {plural(round(population.unique), 'row')} of the file"
        )
        note = f"; {population.note}" if population.note else ""
        paper.item("population", f"of {count(population.size)} people {told} unique{note}")
    for one in risk.sensitive:
        words = f"{plural(one.told, 'row')} ({percent(one.told / risk.rows)}) are told by their class alone"
        paper.item(clean(one.column, 12), f"{words}; l-diversity {one.l}")
    paper.title("By column", "without it: the smallest class, and the rows still unique")
    for own in sorted(risk.columns, key=lambda own: own.unique_without)[:SHOWN]:
        words = f"{count(own.distinct)} values; without it k {count(own.k_without)}, {count(own.unique_without)} unique"
        paper.item(clean(own.column, 12), words)
    if steps:
        paper.title("What would help", f"in this order, until k is {k}")
        for step in steps:
            words = f"{step.change}: k {count(step.k)}, {plural(step.below, 'row')} below {k}"
            kept = f", {percent(step.kept)} of its information kept" if step.column else ""
            paper.item(clean(step.column or "rows", 12), words + kept)
    paper.title("Answer", f"{decimal(seconds, 1)} s")
    paper.line(f"{refusal}." if refusal else f"Each row has at least {count(risk.k - 1)} others like it.")
    paper.show()


_SHORT = {
    quasi.DIRECT: "names",
    quasi.QUASI: "could lead",
    quasi.SENSITIVE: "tells",
    quasi.OTHER: "left out",
}
