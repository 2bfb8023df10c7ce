"""How numbers look: colours, figures, mosaics, words."""
