"""Digits and signs drawn by rule, to learn from and to test with."""
