"""How a network learns: settings, the `Trainer` in slices, and what a curve tells."""
