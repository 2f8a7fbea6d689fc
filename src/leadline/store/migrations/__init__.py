"""The schema, step by step. What was released is never changed."""
