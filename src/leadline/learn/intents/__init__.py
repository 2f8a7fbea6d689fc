"""Models of what a writer wants, learned from labelled messages."""

from leadline.learn.intents.training import train

__all__ = ["train"]
