"""The app's own network files: the way there and back, and files that mean harm."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from model.network import Network, NetworkConfig, weight_shapes
from model.network.weights_file import (
    ABOUT,
    FileError,
    FileReason,
    network_from_bytes,
    network_to_bytes,
)

CONFIG = NetworkConfig(filters=(2, 3), dense_units=4, dropout=0.25, pooling="average")


def network() -> Network:
    chance = np.random.default_rng(0)
    shapes = weight_shapes(CONFIG).items()
    weights = {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes}
    return Network(CONFIG, weights, "a run, epoch 3")


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(network_to_bytes(network()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_about(**changes: Any) -> bytes:
    files = members()
    about = json.loads(files[ABOUT])
    about["config"] |= changes.pop("config", {})
    return packed(files | {ABOUT: json.dumps(about | changes).encode()})


def with_array(array: np.ndarray, **options: Any) -> bytes:
    member = io.BytesIO()
    np.lib.format.write_array(member, array, **options)
    return packed(members() | {"conv1/bias.npy": member.getvalue()})


def with_header(text: str, body: bytes = b"") -> bytes:
    header = text.encode()
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body
    return packed(members() | {"conv1/bias.npy": content})


def cut(share: float) -> bytes:
    content = network_to_bytes(network())
    return content[: int(len(content) * share)]


def flipped() -> bytes:
    content = bytearray(network_to_bytes(network()))
    for place in range(300, len(content), 97):
        content[place] ^= 0xFF
    return bytes(content)


def nan() -> bytes:
    return with_array(np.array([1.0, np.nan], np.float32))


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "half a file": lambda: cut(0.5),
    "almost a file": lambda: cut(0.99),
    "flipped bytes": flipped,
    "an empty archive": lambda: packed({}),
    "no description": lambda: packed({k: v for k, v in members().items() if k != ABOUT}),
    "a missing array": lambda: packed({k: v for k, v in members().items() if "dense" not in k}),
    "an array too many": lambda: packed(members() | {"more.npy": b"x"}),
    "a path that climbs": lambda: packed(members() | {"../../evil.npy": b"x"}),
    "another version": lambda: with_about(format=99),
    "a description that is a list": lambda: packed(members() | {ABOUT: b"[]"}),
    "a description without end": lambda: packed(members() | {ABOUT: b"[" * 90_000}),
    "a description that is no text": lambda: packed(members() | {ABOUT: b"\xff\xfe\x00"}),
    "an endless description": lambda: packed(members() | {ABOUT: b" " * 50_000_000}),
    "filters as text": lambda: with_about(config={"filters": "32"}),
    "a billion filters": lambda: with_about(config={"filters": [10**9]}),
    "filters that are true": lambda: with_about(config={"filters": [True]}),
    "a setting too many": lambda: with_about(config={"code": "print()"}),
    "dropout that is no number": lambda: with_about(config={"dropout": float("nan")}),
    "dropout as a list": lambda: with_about(config={"dropout": []}),
    "another architecture": lambda: with_about(config={"filters": [2, 4]}),
    "another shape": lambda: with_array(np.zeros(3, np.float32)),
    "doubles": lambda: with_array(np.zeros(2)),
    "objects": lambda: with_array(np.array([print, None], dtype=object), allow_pickle=True),
    "not a number": nan,
    "infinity": lambda: with_array(np.array([np.inf, 0], np.float32)),
    "the other byte order": lambda: with_array(np.zeros(2, ">f4")),
    "a huge shape": lambda: with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }\n"
    ),
    "a header that is code": lambda: with_header("__import__('os').abort()\n"),
    "a header without end": lambda: with_header("(" * 60_000),
    "too few numbers": lambda: with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", bytes(4)
    ),
    "too many numbers": lambda: with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", bytes(100_000_000)
    ),
    "another version of the format": lambda: packed(
        members() | {"conv1/bias.npy": b"\x93NUMPY\x03\x00" + bytes(100)}
    ),
}


def test_a_network_comes_back_as_it_was() -> None:
    before = network()
    after = network_from_bytes(network_to_bytes(before))
    assert (after.config, after.origin) == (before.config, before.origin)
    assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason_and_costs_no_memory(kind: str) -> None:
    content = HOSTILE[kind]()
    tracemalloc.start()
    with pytest.raises(FileError) as refused:
        network_from_bytes(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000 + 2 * len(content)
    assert refused.value.reason in FileReason


def test_no_member_twice() -> None:
    buffer = io.BytesIO(network_to_bytes(network()))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("conv1/bias.npy", b"x")
    with pytest.raises(FileError):
        network_from_bytes(buffer.getvalue())


def test_the_description_names_the_architecture() -> None:
    about = json.loads(members()[ABOUT])
    assert about["config"] == asdict(CONFIG) | {"filters": [2, 3]}
