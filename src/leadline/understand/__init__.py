"""READ: language, mail, calendars and transcripts as data: parsed defensively, never trusted."""
