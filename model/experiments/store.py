"""Experiments on disk: each finished part is kept under a fingerprint of all that it came from.

    experiments/<fingerprint>/about.json    which experiment, its settings, whether it is to go on
    experiments/<fingerprint>/inputs.npz    the arrays that it was given, where there are some
    experiments/<fingerprint>/network.npz   the network that it was given, where there is one
    experiments/<fingerprint>/part-007.npz  the eighth part of the plan: its figures, its arrays

Every file is written whole or not at all, so a part is there or it is not. Whoever asks for the
same settings and inputs finds the same folder: nothing is measured twice on one machine. Files are
read as data only (`model.files`); one that cannot be read is as one that is not there.
"""

import contextlib
import io
import json
import math
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from model.data.cache import cache_folder, write_atomically
from model.experiments.experiment import Experiment, Inputs, Part, Value
from model.experiments.names import NAMES, ExperimentName, experiment
from model.files import Archive, FileError, FileReason, dataclass_of, parsed_json
from model.network.weights_file import load_network, network_to_bytes

FINGERPRINT = re.compile(r"[0-9a-f]{32}")
LONGEST_ABOUT = 100_000  # bytes
LONGEST_FIGURES = 1_000_000  # bytes of one part's figures
LARGEST_PART = 1 << 26  # bytes of one array
KEPT_FOLDERS = 40
"""Experiments that are kept; of more, those that were changed longest ago go first."""
FIGURES = "part.json"
TYPES = {
    np.dtype(kind).newbyteorder("<").str: kind
    for kind in (np.float32, np.float64, np.uint8, np.int32, np.int64)
}


@dataclass(frozen=True)
class About:
    """What is known of a kept experiment beside its parts."""

    name: str
    version: int
    wanted: bool  # whether it is to go on until it is complete


@dataclass(frozen=True)
class Kept:
    """An experiment as it is on disk."""

    experiment: Experiment[Any]
    settings: Any
    inputs: Inputs
    wanted: bool


def folder_of(fingerprint: str) -> Path:
    """Where an experiment is kept; writing makes it.

    Raises:
        ValueError: that is no fingerprint.
    """
    if FINGERPRINT.fullmatch(fingerprint) is None:
        raise ValueError("This is not the fingerprint of an experiment.")
    return cache_folder() / "experiments" / fingerprint


def all_fingerprints() -> list[str]:
    """Of all experiments that are kept, the one that was changed last at the end."""
    with contextlib.suppress(OSError):  # none was kept yet, or we may not look
        folders = [
            path
            for path in (cache_folder() / "experiments").iterdir()
            if FINGERPRINT.fullmatch(path.name)
        ]
        return [path.name for path in sorted(folders, key=lambda path: path.stat().st_mtime)]
    return []


def keep_about(fingerprint: str, kept: Kept) -> None:
    """Write what an experiment is and whether it is to go on.

    Raises:
        OSError: the disk does not take it.
    """
    folder = folder_of(fingerprint)
    inputs = kept.inputs
    if inputs.network is not None and not (folder / "network.npz").exists():
        write_atomically(folder / "network.npz", network_to_bytes(inputs.network))
    if inputs.arrays and not (folder / "inputs.npz").exists():
        write_atomically(folder / "inputs.npz", _archive({}, inputs.arrays))
    about = asdict(About(kept.experiment.name, kept.experiment.version, kept.wanted))
    text = json.dumps({"about": about, "settings": asdict(kept.settings)}, indent=1)
    write_atomically(folder / "about.json", text.encode())


def load(fingerprint: str) -> Kept | None:
    """The experiment with this fingerprint; None where none is kept that can be read."""
    folder = folder_of(fingerprint)
    try:
        values = parsed_json((folder / "about.json").read_bytes(), LONGEST_ABOUT)
        about = dataclass_of(About, values.get("about"))
        if about.name not in NAMES:
            return None
        name: ExperimentName = get_args(ExperimentName)[NAMES.index(about.name)]
        found = experiment(name)
        settings = dataclass_of(type(found.quick), values.get("settings"))
        network = folder / "network.npz"
        arrays = folder / "inputs.npz"
        inputs = Inputs(
            load_network(network) if network.exists() else None,
            _read(arrays.read_bytes())[1] if arrays.exists() else {},
        )
    except (OSError, FileError):
        return None
    if found.fingerprint(settings, inputs) != fingerprint:  # of an older version, or meddled with
        return None
    return Kept(found, settings, inputs, about.wanted)


def keep_part(fingerprint: str, place: int, part: Part) -> None:
    """Write a part.

    Args:
        fingerprint: of its experiment.
        place: in the plan, from 0.
        part: what was measured.

    Raises:
        OSError: the disk does not take it.
    """
    figures = {"key": part.key, "seconds": part.seconds, "values": dict(part.values)}
    write_atomically(_path(fingerprint, place), _archive(figures, part.arrays))


def load_parts(fingerprint: str, plan: Sequence[str]) -> dict[str, Part]:
    """The parts that are kept and can be read, by key, in the order of the plan."""
    found = {}
    for place, key in enumerate(plan):
        part = _load_part(_path(fingerprint, place))
        if part is not None and part.key == key:
            found[key] = part
    return found


def delete_oldest(keep: int = KEPT_FOLDERS) -> None:
    """Delete the experiments beyond those that are kept. One that is to go on stays."""
    for name in all_fingerprints()[:-keep]:
        kept = load(name)
        if kept is None or not kept.wanted:
            shutil.rmtree(folder_of(name), ignore_errors=True)


def _path(fingerprint: str, place: int) -> Path:
    return folder_of(fingerprint) / f"part-{place:03}.npz"


def _load_part(path: Path) -> Part | None:
    try:
        figures, arrays = _read(path.read_bytes())
        return part_of(figures, arrays)
    except (OSError, FileError):
        return None


def part_of(figures: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Part:
    """A part from its figures in JSON: {"key": …, "seconds": …, "values": {…}}.

    Raises:
        FileError: they are not those of a part.
    """
    key, seconds, values = (figures.get(name) for name in ("key", "seconds", "values"))
    fits = (
        isinstance(key, str)
        and isinstance(seconds, int | float)
        and isinstance(values, dict)
        and all(isinstance(name, str) for name in values)
        and all(
            value is None or isinstance(value, get_args(Value)[:4]) for value in values.values()
        )
    )
    if not fits:
        raise FileError(FileReason.NOT_FITTING, "its figures are not those of a part")
    return Part(str(key), dict(values or {}), dict(arrays), float(seconds or 0.0))


def _archive(figures: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    shapes = {name: [array.dtype.str, *array.shape] for name, array in arrays.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # Python's JSON has words for what is no number, and every reader here refuses them.
        text = json.dumps({**figures, "arrays": shapes}, allow_nan=False)
        archive.writestr(FIGURES, text)
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(f"{name}.npy", member.getvalue())
    return buffer.getvalue()


def _read(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    archive = Archive(content)
    figures = parsed_json(archive.text(FIGURES, LONGEST_FIGURES), LONGEST_FIGURES)
    arrays = {}
    for name, (kind, *shape) in dict(figures.pop("arrays", {})).items():
        sizes = [int(size) for size in shape]
        if kind not in TYPES or math.prod(sizes) > LARGEST_PART:
            raise FileError(FileReason.NOT_FITTING, f"{name} is no array of ours")
        arrays[name] = archive.array(name, TYPES[kind], sizes, LARGEST_PART)
    return figures, arrays
