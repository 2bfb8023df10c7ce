"""Networks as files: the app's own .npz, read as data and never as code.

A file is a zip archive with one .npy member for each learned array and one JSON member,
`network.json`, with the architecture and the origin. Reading trusts nothing: the architecture is
rebuilt from checked values, and every array's name, type and shape is compared with it before the
array is read.
"""

import io
import json
import zipfile
import zlib
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from model.network.architecture import Network, NetworkConfig, weight_shapes

ABOUT = "network.json"
FORMAT = 1
LARGEST_ABOUT = 100_000  # bytes of JSON; ours has a few hundred


class FileReason(StrEnum):
    """Why a file holds no network of this app."""

    DAMAGED = "the file is damaged or is no network"
    TOO_LONG = "its description is far too long"
    OTHER_VERSION = "it was written by another version"
    NOT_FITTING = "its content does not fit its description"


class FileError(ValueError):
    """A file that holds no network of this app.

    Attributes:
        reason: why.
        detail: what does not fit, for programmers; may be empty.
    """

    def __init__(self, reason: FileReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


def network_to_bytes(network: Network) -> bytes:
    """Return the file's content for a network."""
    buffer = io.BytesIO()
    about = {"format": FORMAT, "config": asdict(network.config), "origin": network.origin}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ABOUT, json.dumps(about, indent=1))
        for name, array in network.weights.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(f"{name}.npy", member.getvalue())
    return buffer.getvalue()


def network_from_bytes(content: bytes) -> Network:
    """Return the network of a file.

    Raises:
        FileError: the file is not one of ours, is damaged, or does not fit its own architecture.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            config, origin = _about(archive)
            return Network(config, _arrays(archive, config), origin)
    except FileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise FileError(FileReason.DAMAGED) from error
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        raise FileError(FileReason.NOT_FITTING, str(error)) from error


def load_network(path: Path) -> Network:
    """Return the network in a file on this computer.

    Raises:
        FileError: as `network_from_bytes`.
        OSError: the file cannot be read.
    """
    return network_from_bytes(path.read_bytes())


def config_from_json(values: dict[str, Any]) -> NetworkConfig:
    """Rebuild an architecture from what `asdict` made of it; ValueError names what is wrong."""
    if not isinstance(values, dict) or set(values) != set(asdict(NetworkConfig())):
        raise ValueError("its description of the architecture has other fields than expected.")
    filters, others = values["filters"], {k: v for k, v in values.items() if k != "filters"}
    if not isinstance(filters, list) or any(type(count) is not int for count in filters):
        raise ValueError("its numbers of filters are not whole numbers.")
    expected = {"kernel_size": int, "pooling": str, "dense_units": int, "dropout": float}
    others["dropout"] = float(others["dropout"])
    if any(type(others[name]) is not kind for name, kind in expected.items()):
        raise ValueError("its description of the architecture has values of the wrong type.")
    return NetworkConfig(filters=tuple(filters), **others)


def _about(archive: zipfile.ZipFile) -> tuple[NetworkConfig, str]:
    if archive.getinfo(ABOUT).file_size > LARGEST_ABOUT:
        raise FileError(FileReason.TOO_LONG)
    about = json.loads(archive.read(ABOUT))
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise FileError(FileReason.OTHER_VERSION)
    return config_from_json(about["config"]), str(about["origin"])[:200]


def _arrays(archive: zipfile.ZipFile, config: NetworkConfig) -> dict[str, np.ndarray]:
    shapes = weight_shapes(config)
    names = [f"{name}.npy" for name in shapes]
    if sorted(archive.namelist()) != sorted([ABOUT, *names]):
        raise ValueError("its arrays are not those of its architecture.")
    return {name: _array(archive, name, shape) for name, shape in shapes.items()}


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read one array after its header has shown that it is what it must be."""
    with archive.open(f"{name}.npy") as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError(f"{name} is stored in another format.")
        found, fortran, dtype = np.lib.format.read_array_header_1_0(member)
        if found != shape or dtype != np.float32 or fortran:
            raise ValueError(f"{name} is {dtype} of shape {found}, not float32 of shape {shape}.")
        size = int(np.prod(shape)) * 4
        content = member.read(size + 1)
    if len(content) != size:
        raise ValueError(f"{name} has {len(content)} bytes, not {size}.")
    return np.frombuffer(content, "<f4").astype(np.float32).reshape(shape)
