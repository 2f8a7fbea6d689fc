"""Files into the record: understood, shown, compared, written in one batch, and taken back."""
