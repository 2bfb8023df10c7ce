"""What a photo of paper shows beside ink: where it was folded, and the fingers that hold it."""
