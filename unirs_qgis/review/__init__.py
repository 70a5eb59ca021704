"""Review: a person goes through a table of answers, the doubtful ones first, and corrects them."""
