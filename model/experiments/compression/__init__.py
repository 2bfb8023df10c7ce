"""How a network is made smaller: zeros in its weights, fewer bits for each, a student of it."""
