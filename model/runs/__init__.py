"""Trainings that belong to a person and go on whatever page is open.

A run and what a page is told of it are this wing's own: `from model.runs import Run, RunState`.
"""

from model.runs.run import EpochScores, Run, RunPhase, RunState

__all__ = ["EpochScores", "Run", "RunPhase", "RunState"]
