"""Pictures of a profile as SVG: acts by week, theirs filled and deep above the line, ours hollow and grey below."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from leadline.core.profile import Week
from leadline.web.profile.words import day
from leadline.web.report.figures import plural
from leadline.web.report.marks import line, rect, svg, text

WIDE, LEFT, MIDDLE, TALL = 640.0, 64.0, 58.0, 40.0


def weeks(found: Sequence[Week]) -> Markup:
    """Bars for each week on one scale from zero; the table behind it is the page's own."""
    most = max((max(week.theirs, week.ours) for week in found), default=0) or 1
    step = (WIDE - LEFT) / max(len(found), 1)
    body = [
        text(0, MIDDLE - 14, "Theirs", "start"),
        text(0, MIDDLE + 22, "Ours", "start"),
        text(LEFT - 8, MIDDLE - TALL + 4, f"{most:,}", "end"),
    ]
    for place, week in enumerate(found):
        x = LEFT + place * step + 1.5
        title = f"Week of {day(week.start)}: {plural(week.theirs, 'act')} of theirs, {week.ours:,} of ours"
        if week.theirs:
            size = max(3.0, TALL * week.theirs / most)
            body.append(rect(x, MIDDLE - size, step - 3, size, "won", title))
        if week.ours:
            size = max(3.0, TALL * week.ours / most)
            body.append(rect(x, MIDDLE, step - 3, size, "hollow", title))
    body.append(line(LEFT, MIDDLE, WIDE, MIDDLE, "axis"))
    if found:
        body.append(text(LEFT, MIDDLE + TALL + 18, day(found[0].start)))
        body.append(text(WIDE, MIDDLE + TALL + 18, "this week", "end"))
    theirs, ours = sum(week.theirs for week in found), sum(week.ours for week in found)
    label = f"{plural(theirs, 'act')} of theirs and {ours:,} of ours in {plural(len(found), 'week')}"
    return svg(WIDE, MIDDLE + TALL + 22, label, body, "weeks")
