"""The section “Experiment”: a question, a guess, a measurement, and what it tells."""
