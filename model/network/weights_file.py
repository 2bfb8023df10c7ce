"""Networks as files: the app's own .npz, read as data and never as code.

A file is a zip archive with one .npy member for each learned array and one JSON member,
`network.json`, with the architecture and the origin. Reading trusts nothing: the architecture is
rebuilt from checked values, and every array's name, type and shape is compared with it before the
array is read.
"""

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from model.files import Archive, FileError, FileReason, dataclass_of, parsed_json
from model.network.architecture import Network, NetworkConfig, computable, weight_shapes

ABOUT = "network.json"
FORMAT = 1
LARGEST_ABOUT = 100_000  # bytes of JSON; ours has a few hundred
LONGEST_ORIGIN = 200


@dataclass(frozen=True)
class _About:
    """The description inside of a file."""

    config: NetworkConfig
    origin: str


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
        FileError: the file is not one of ours, is damaged, does not fit its own architecture, or
            holds weights with which no answer can be computed.
    """
    archive = Archive(content)
    about = parsed_json(archive.text(ABOUT, LARGEST_ABOUT), LARGEST_ABOUT)
    if about.pop("format", None) != FORMAT:
        raise FileError(FileReason.OTHER_VERSION)
    found = dataclass_of(_About, about)
    shapes = weight_shapes(found.config)
    if archive.names != {ABOUT, *(f"{name}.npy" for name in shapes)}:
        raise FileError(FileReason.NOT_FITTING, "its arrays are not those of its architecture")
    weights = {name: archive.array(name, np.float32, shape) for name, shape in shapes.items()}
    if not computable(found.config, weights):
        raise FileError(FileReason.OVERFLOWS)
    return Network(found.config, weights, " ".join(found.origin.split())[:LONGEST_ORIGIN])


def load_network(path: Path) -> Network:
    """Return the network in a file on this computer.

    Raises:
        FileError: as `network_from_bytes`.
        OSError: the file cannot be read.
    """
    return network_from_bytes(path.read_bytes())
