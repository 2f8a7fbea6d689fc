"""Words: frozen records, the error tree, settings, the clock and the source of randomness."""
