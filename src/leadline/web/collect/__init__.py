"""The ways in by HTTP: the Segment API, CloudEvents, and the script for one's own pages."""
