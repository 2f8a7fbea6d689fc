"""SHOW: pages for people, each rendered from frozen records."""
