"""The page of the class's own digits: collected, read, learned from, taken along."""
