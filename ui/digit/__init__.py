"""Where a digit comes from, and what is said of it."""
