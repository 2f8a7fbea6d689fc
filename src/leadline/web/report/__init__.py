"""The standalone report: one page that fetches nothing."""
