"""The app's own network files: the way there and back, and files that mean harm."""

import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from model.files import FileError, FileReason
from model.network import SIDE, Network, NetworkConfig
from model.network.forward import probabilities
from model.network.weights_file import (
    ABOUT,
    network_from_bytes,
    network_to_bytes,
)
from tests.junk import mutated
from tests.noise import noise_network

JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "300"))
"""How many damaged files are tried of each kind: 10,000 for the full proof."""
CONFIG = NetworkConfig(filters=(2, 3), dense_units=4, dropout=0.25, pooling="average")


def network() -> Network:
    return noise_network(CONFIG, origin="a run, epoch 3")


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(network_to_bytes(network()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
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


def commented() -> bytes:
    buffer = io.BytesIO(network_to_bytes(network()))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"x" * 1000
    return buffer.getvalue()


def with_byte(mark: bytes, offset: int, value: int) -> bytes:
    """A file with a byte changed that stands so far behind the first of these marks."""
    content = bytearray(network_to_bytes(network()))
    content[content.index(mark) + offset] = value
    return bytes(content)


def scaled(factor: float) -> bytes:
    before = network()
    weights = {name: array * np.float32(factor) for name, array in before.weights.items()}
    return network_to_bytes(Network(CONFIG, weights, "scaled"))


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
    "compressed by LZMA": lambda: packed(members(), zipfile.ZIP_LZMA),
    "compressed by bzip2": lambda: packed(members(), zipfile.ZIP_BZIP2),
    "a comment": commented,
    "thousands of members": lambda: packed({f"{n}.npy": b"" for n in range(2_000)} | members()),
    "a version of zip to come": lambda: with_byte(b"PK\x01\x02", 6, 99),
    "an encrypted member": lambda: with_byte(b"PK\x01\x02", 8, 1),
    "a compression that nobody knows": lambda: with_byte(b"PK\x01\x02", 10, 77),
    "a member beyond the end": lambda: with_byte(b"PK\x01\x02", 45, 127),
    "a header cut short": lambda: with_header("{'descr': '<f4', 'fortran_order': False, 'sh"),
    "brackets without end": lambda: with_header("(" * 900 + "\n"),
    "a shape of a hundred digits": lambda: with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 100 + ",), }\n"
    ),
    "a type that nobody knows": lambda: with_header(
        "{'descr': '<c4', 'fortran_order': False, 'shape': (2,), }\n", bytes(8)
    ),
    "columns first": lambda: with_array(np.asfortranarray(np.zeros((2, 2), np.float32))),
    "an origin that is a number": lambda: with_about(origin=1),
    "an origin that is half a letter": lambda: with_about(origin="a\ud800"),
    "an origin without end": lambda: with_about(origin="x" * 50_000),
    "infinite dropout": lambda: with_about(config={"dropout": float("inf")}),
    "a kernel size that is true": lambda: with_about(config={"kernel_size": True}),
    "a field too many": lambda: with_about(more=1),
    "no origin": lambda: packed(
        members() | {ABOUT: json.dumps({"format": 1, "config": asdict(CONFIG)}).encode()}
    ),
    "weights beyond float32": lambda: scaled(1e37),
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


def test_weights_that_answer_are_taken_however_large() -> None:
    for factor in (0.0, 1e-30, 1.0, 1e6):
        found = network_from_bytes(scaled(factor))
        digits = np.random.default_rng(1).random((3, SIDE, SIDE), np.float32)
        answers = np.asarray(probabilities(found, digits))
        assert np.isfinite(answers).all()
        assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0x7F800001, 0xFFC00000, 0x7F800000, 0x7F7FFFFF])
def test_numbers_that_are_none_are_refused_without_a_warning(value: int) -> None:
    odd = np.array([value, 0], np.uint32).view(np.float32)
    with pytest.raises(FileError) as refused:
        network_from_bytes(with_array(odd))
    assert refused.value.reason is FileReason.OVERFLOWS


def test_weights_that_overflow_say_so() -> None:
    with pytest.raises(FileError) as refused:
        network_from_bytes(scaled(1e30))
    assert refused.value.reason is FileReason.OVERFLOWS


@pytest.mark.parametrize("seed", range(10))
def test_a_mutated_file_is_the_same_network_or_refused(seed: int) -> None:
    chance, whole = np.random.default_rng(seed), network_to_bytes(network())
    stored = packed(members(), zipfile.ZIP_STORED)
    refused = 0
    for _ in range(JUNK // 10):
        try:
            found = network_from_bytes(mutated(stored if chance.random() < 0.5 else whole, chance))
        except FileError:
            refused += 1
        else:
            assert found.fingerprint == network().fingerprint  # a checksum guards every byte
    assert refused > 0.8 * (JUNK // 10)


@pytest.mark.parametrize("seed", range(10))
def test_a_file_made_by_hand_is_refused_or_answers(seed: int) -> None:
    """Whole archives with whole checksums, whose members are not what they should be."""
    chance, parts = np.random.default_rng(seed), members()
    digit = np.ones((1, SIDE, SIDE), np.float32)
    for number in range(JUNK // 10):
        names = [name for name in parts if chance.random() < 0.2]
        changed = {name: mutated(parts[name], chance) for name in names}
        try:
            found = network_from_bytes(packed(parts | changed, zipfile.ZIP_STORED))
        except FileError:
            continue
        found.origin.encode()
        if number < 3:  # TensorFlow is slow
            assert np.isfinite(probabilities(found, digit)).all()


def test_no_member_twice() -> None:
    buffer = io.BytesIO(network_to_bytes(network()))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("conv1/bias.npy", b"x")
    with pytest.raises(FileError):
        network_from_bytes(buffer.getvalue())


def test_the_description_names_the_architecture() -> None:
    about = json.loads(members()[ABOUT])
    assert about["config"] == asdict(CONFIG) | {"filters": [2, 3]}
