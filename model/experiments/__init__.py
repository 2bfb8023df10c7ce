"""Experiments: questions that are answered by measuring, on this machine, piece by piece.

An experiment is one file here: settings, a plan, and a generator that measures one part after the
other and knows no page. `model.experiments.experiment` has the types; `experiment(name)` finds one.
"""

from model.experiments.experiment import Experiment, Inputs, Part, Settings, Working
from model.experiments.names import NAMES, ExperimentName, experiment

__all__ = [
    "NAMES",
    "Experiment",
    "ExperimentName",
    "Inputs",
    "Part",
    "Settings",
    "Working",
    "experiment",
]
