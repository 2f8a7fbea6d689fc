"""The profile of an account or a person as one self-contained page."""
