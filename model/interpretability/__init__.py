"""Inside a network: what its numbers are made of, and why it answers as it does."""
