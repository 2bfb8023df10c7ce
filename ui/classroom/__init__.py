"""The pages of "Class": a teacher's board, a projector, and the way in for students."""
