"""Look-alikes: rows most like those that were won, with reasons, tested on winners that are hidden."""
