"""Trainings that belong to a person and go on whatever page is open.

A run and what a page is told of it are this wing's own: `from model.runs import Run, RunState`.
"""

from model.runs.run import Run
from model.runs.state import Cause, Missing, Reason, RunPhase, RunState
from model.training.trainer import EpochScores

__all__ = ["Cause", "EpochScores", "Missing", "Reason", "Run", "RunPhase", "RunState"]
