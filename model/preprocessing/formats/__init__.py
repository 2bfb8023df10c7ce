"""Formats of files that Pillow does not read."""
