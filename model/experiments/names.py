"""All experiments by name. Each is imported when it is asked for, and not before."""

from importlib import import_module
from typing import Any, Literal, get_args

from model.experiments.experiment import Experiment

ExperimentName = Literal["small", "few", "elsewhere", "leak", "why"]
NAMES: tuple[ExperimentName, ...] = get_args(ExperimentName)


def experiment(name: ExperimentName) -> Experiment[Any]:
    """The experiment of this name: the `EXPERIMENT` of the file that is called like it."""
    found: Experiment[Any] = import_module(f"model.experiments.{name}").EXPERIMENT
    return found
