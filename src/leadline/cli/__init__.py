"""Run: every engine on plain files."""
