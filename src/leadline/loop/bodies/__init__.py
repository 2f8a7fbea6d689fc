"""Bodies from the journal, read as signals. What a body says is kept apart from what its request told (`facts`)."""

from leadline.loop.bodies.reading import Read, translate

__all__ = ["Read", "translate"]
