"""RIBS: one outside system, one file that exposes `connector` (core.ports.Connector). Found by name, never imported."""
