"""What all pages share: the tokens, the base and the parts of the look."""
