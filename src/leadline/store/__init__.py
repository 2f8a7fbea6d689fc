"""KEEP: the system of record. Tables, the append-only ledger, its one write path, and what is read from them."""
