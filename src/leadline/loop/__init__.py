"""THE SPINE: what comes in becomes signals, and in time recommendations, decisions, outcomes and lessons."""
