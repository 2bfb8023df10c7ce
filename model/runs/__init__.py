"""Trainings that belong to a person and go on whatever page is open.

A run and what a page is told of it are this wing's own: `from model.runs import Run, RunState`.
"""

from model.runs.run import EpochScores, Phase, Run, RunState

__all__ = ["EpochScores", "Phase", "Run", "RunState"]
