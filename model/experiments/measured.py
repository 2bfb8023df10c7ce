"""Results that were measured before and come with the app: shown at once, and said to be so.

`python -m model.experiment NAME --json model/experiments/results/NAME.json` makes them. With
`--arrays` it also writes NAME.npz beside it: pictures and weights, for pages that show some.
"""

import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from model.experiments.experiment import Experiment, Part
from model.experiments.store import part_of
from model.files import FileError, dataclass_of, parsed_json

FOLDER = Path(__file__).parent / "results"
LONGEST = 4_000_000  # bytes
SEPARATOR = "|"
"""Between the key of a part and the name of its array, in the names of NAME.npz."""


@dataclass(frozen=True)
class Measured:
    """A result that comes with the app.

    Attributes:
        settings: with which it was measured.
        parts: with the arrays that come with the app; most have none.
        machine: on which.
        date: year-month-day.
        seconds: that all parts took together.
    """

    settings: Any
    parts: tuple[Part, ...]
    machine: str
    date: str
    seconds: float


def machine() -> str:
    """This machine in some words: its processor, and how many cores may be used."""
    name = platform.processor() or platform.machine()
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            models = (line.partition(":")[2].strip() for line in lines if "model name" in line)
            name = next(models, name)
    except OSError:  # not Linux
        pass
    name = re.sub(r"\s+", " ", re.sub(r"\((R|TM)\)|CPU|Processor", "", name)).strip()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores"


@lru_cache(maxsize=16)
def measured(experiment: Experiment[Any]) -> Measured | None:
    """The result that comes with the app; None where there is none of this version."""
    try:
        values = parsed_json((FOLDER / f"{experiment.name}.json").read_bytes(), LONGEST)
        return _measured(experiment, values)
    except (OSError, FileError):
        return None


def _measured(experiment: Experiment[Any], values: Mapping[str, Any]) -> Measured | None:
    if values.get("version") != experiment.version:
        return None
    arrays = _arrays(experiment.name)
    parts = (part_of(figures, {}) for figures in values.get("parts", ()))
    return Measured(
        dataclass_of(type(experiment.quick), values.get("settings")),
        tuple(replace(part, arrays=arrays.get(part.key, {})) for part in parts),
        str(values.get("machine")),
        str(values.get("date")),
        float(values.get("seconds", 0)),
    )


def _arrays(name: str) -> dict[str, dict[str, np.ndarray]]:
    """The arrays that come with the app, by part and by name."""
    path = FOLDER / f"{name}.npz"
    found: dict[str, dict[str, np.ndarray]] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as archive:
            for member in archive.files:
                key, _, array = member.partition(SEPARATOR)
                found.setdefault(key, {})[array] = archive[member].astype(np.float32)
    return found


def save_arrays(path: Path, parts: Iterable[Part]) -> None:
    """Write the arrays of parts, in half precision: they are looked at, not computed with."""
    named: dict[str, Any] = {
        f"{part.key}{SEPARATOR}{name}": array.astype(np.float16)
        for part in parts
        for name, array in part.arrays.items()
    }
    np.savez_compressed(path, **named)
