"""The command line: every engine on plain files. Commands declare options, and import work when they run."""
