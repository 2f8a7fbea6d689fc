"""Which column holds what: native shapes of other systems known by their headers, else headers and cells."""
