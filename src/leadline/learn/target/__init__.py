"""Target groups in words and rules: read, written, and matched against any list of contacts or accounts."""
