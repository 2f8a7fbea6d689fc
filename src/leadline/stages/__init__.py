"""Ribs: what the software recommends, one kind of recommendation a file, in a folder for each stage. Found by name."""
