"""Who fits, who is like the best customers, what is not known of them yet, and where sources disagree."""
