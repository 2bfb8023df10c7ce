"""Learners beside the network: plain, hand-made, and with parts that do not learn."""

from model.experiments.learners.five import LEARNERS, Learned, LearnerName, read

__all__ = ["LEARNERS", "Learned", "LearnerName", "read"]
