"""The digits that a class writes itself: collected, read, learned from, taken along."""
