"""Training and scoring on a Spark cluster, with the same model folders as on one machine."""
