"""Printed lines on a sheet: how they are found, uncovered and taken off."""
