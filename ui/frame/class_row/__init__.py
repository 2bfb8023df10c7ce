"""What a class adds to the row at the top of every page."""
