"""What a trained network tells of the digits that it has learned from, and a remedy."""
