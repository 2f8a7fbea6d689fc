"""The models of the record by name: what `app.Leadline.models` gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadline.core.clock import Clock, micros
from leadline.core.progress import Progress, quiet
from leadline.learn import record
from leadline.learn.material import Material
from leadline.learn.record import Learned
from leadline.learn.registry import Event, Present, Version
from leadline.learn.renewal import Renewal
from leadline.loop import teach


class Models:
    """Models that are learned from the record, and kept right."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def learn(
        self, subject: str, at: int | None = None, *, capacity: str = "", seed: int = 0, progress: Progress = quiet
    ) -> Learned:
        """Learns from the record as it was known at a time (microseconds; now unless given); nothing is kept."""
        given = teach.gather(subject, micros(self._clock.now()) if at is None else at, progress=progress)
        return record.learn(given, capacity=capacity, seed=seed, progress=progress)

    def publish(self, learned: Learned, *, by: str) -> int:
        """Keeps a model and puts it in use; gives its number. Raises NotEnoughSignal where it is no good."""
        return teach.publish(learned, self._clock, by=by).number

    def waiting(self, subject: str, at: int | None = None, *, progress: Progress = quiet) -> tuple[Material, Present]:
        """What is open in the record, and the model in use to score it with."""
        return teach.waiting(subject, micros(self._clock.now()) if at is None else at, progress=progress)

    def renew(
        self,
        subject: str,
        at: int | None = None,
        *,
        by: str = "command line",
        dry_run: bool = False,
        progress: Progress = quiet,
    ) -> Renewal:
        """Trains a challenger and publishes it only if it is better than the present model."""
        return teach.renew(subject, self._clock, at=at, by=by, dry_run=dry_run, progress=progress)

    def roll_back(self, subject: str, *, by: str, why: str = "") -> Version:
        """Puts the model before the present one in use again."""
        return teach.roll_back(subject, self._clock, by=by, why=why)

    def present(self, subject: str) -> Present | None:
        """The model in use; None where there is none."""
        return teach.present(subject)

    def history(self) -> Mapping[str, Sequence[Event]]:
        """What was done with each model, oldest first."""
        return teach.history()

    def report(self, subject: str, version: int) -> Sequence[str]:
        """What the renewal that made a version found, in sentences."""
        return teach.report(subject, version)
