"""Leadline: the open-source system for AI-enabled business-to-business selling."""

__version__ = "0.1.0"
