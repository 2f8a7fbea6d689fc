"""For us and for authors of plug-ins: checks, and a simulated market with known truth."""
