"""Count: tables in, tables out; readers of files and databases."""
