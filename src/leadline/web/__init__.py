"""Show: pages for people."""
