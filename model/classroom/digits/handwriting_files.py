"""The class's digits as files to take along, and back again. No file has a name in it.

Writers are numbers, drawn by lot for each file: nobody tells from two files who is who.
"""

import csv
import io
import itertools
import re
import secrets
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from PIL import Image, UnidentifiedImageError

from model.classroom.digits.handwriting import MOST_BROUGHT, WrittenDigit, as_digits
from model.data.mnist import Digits
from model.files import Archive, FileError, FileReason
from model.network import CLASSES, SIDE

NOBODY = 65535
"""The writer of a digit whose writer is not known."""
PICTURE = re.compile(
    r"(?P<digit>[0-9])/(unknown|writer(?P<writer>[0-9]{2,4}))-(?P<place>[0-9]{4})\.png"
)
LARGEST_PICTURE = 10_000
"""Bytes of a PNG file of 28×28 bytes; one in which no two are alike has some 900."""
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, UnidentifiedImageError, SyntaxError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, EOFError),
)
"""What the readers of a zip archive and of a PNG file raise when these are damaged."""


def numbered(written: Sequence[WrittenDigit]) -> list[int]:
    """Return a number for each digit's writer, drawn by lot."""
    writers = [each for each in dict.fromkeys(one.who for one in written) if each]
    numbers = list(range(len(writers)))
    secrets.SystemRandom().shuffle(numbers)
    of_writer = dict(zip(writers, numbers, strict=True))
    return [NOBODY if one.who is None else of_writer[one.who] for one in written]


def to_npz(written: Sequence[WrittenDigit]) -> bytes:
    """Return images (n, 28, 28) uint8, labels (n,) uint8 and writers (n,) uint16."""
    digits, file = as_digits(written), io.BytesIO()
    writers = np.array(numbered(written), np.uint16)
    np.savez_compressed(file, images=digits.images, labels=digits.labels, writers=writers)
    return file.getvalue()


@dataclass(frozen=True)
class Brought:
    """What a file holds: digits, and of each its writer's number there, None where nobody knows."""

    digits: Digits
    writers: tuple[int | None, ...]


def from_file(name: str, content: bytes) -> Brought:
    """Return the digits of any of the three files that this app writes.

    Args:
        name: of the file, for its kind.
        content: of the file.

    Raises:
        FileError: it is none, is damaged, or has too many digits.
    """
    read = {".zip": from_pictures, ".csv": from_table}.get(PurePath(name).suffix.lower(), from_npz)
    return read(content)


def from_npz(content: bytes) -> Brought:
    """Return the digits of a file that `to_npz` wrote.

    Raises:
        FileError: it is none, is damaged, or has too many digits.
    """
    archive = Archive(content)
    largest = MOST_BROUGHT * SIDE * SIDE
    images = archive.array("images", np.uint8, (None, SIDE, SIDE), largest)
    labels = archive.array("labels", np.uint8, (len(images),), MOST_BROUGHT)
    writers = archive.array("writers", np.uint16, (len(images),), MOST_BROUGHT)
    if labels.size and labels.max() >= CLASSES:
        raise FileError(FileReason.NOT_FITTING, "a label is no digit")
    return _brought(images, labels, writers.tolist())


def _brought(
    images: Sequence[np.ndarray] | np.ndarray,
    labels: Sequence[int] | np.ndarray,
    writers: Sequence[int],
) -> Brought:
    if not len(images):
        raise FileError(FileReason.NOT_FITTING, "there is no digit in it")
    digits = Digits(np.stack([*images]).astype(np.uint8), np.asarray(labels, np.uint8))
    return Brought(digits, tuple(None if each == NOBODY else each for each in writers))


def to_pictures(written: Sequence[WrittenDigit]) -> bytes:
    """Return a zip archive of PNG files, `4/writer02-0017.png`: black ink on white paper."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for place, (each, writer) in enumerate(zip(written, numbered(written), strict=True)):
            picture = io.BytesIO()
            Image.fromarray(255 - each.pixels).save(picture, "PNG")
            whose = "unknown" if writer == NOBODY else f"writer{writer:02}"
            archive.writestr(f"{each.asked}/{whose}-{place:04}.png", picture.getvalue())
    return file.getvalue()


def from_pictures(content: bytes) -> Brought:
    """Return the digits of an archive that `to_pictures` wrote, in the order that they had.

    Raises:
        FileError: as `from_file`.
    """
    found: dict[int, tuple[np.ndarray, int, int]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_BROUGHT:
                raise FileError(FileReason.NOT_FITTING, "there are too many digits in it")
            for member in members:
                named = PICTURE.fullmatch(member.filename)
                if named is None or member.file_size > LARGEST_PICTURE:
                    raise FileError(FileReason.NOT_FITTING, member.filename)
                writer = NOBODY if named["writer"] is None else int(named["writer"])
                with Image.open(io.BytesIO(archive.read(member)), formats=["PNG"]) as picture:
                    if picture.size != (SIDE, SIDE) or picture.mode != "L":
                        raise FileError(FileReason.NOT_FITTING, "a picture of another kind")
                    pixels = 255 - np.asarray(picture)
                found[int(named["place"])] = pixels, int(named["digit"]), writer
    except FileError:
        raise
    except BROKEN as error:
        raise FileError(FileReason.DAMAGED, str(error)) from error
    each = [found[place] for place in sorted(found)]
    return _brought(
        [pixels for pixels, _, _ in each],
        [digit for _, digit, _ in each],
        [writer for _, _, writer in each],
    )


def from_table(content: bytes) -> Brought:
    """Return the digits of a table that was written from `as_table`.

    Raises:
        FileError: as `from_file`.
    """
    try:
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        if next(lines, None) != _heads():
            raise FileError(FileReason.NOT_FITTING, "the headings are others")
        rows = list(itertools.islice(lines, MOST_BROUGHT + 1))
        if len(rows) > MOST_BROUGHT:
            raise FileError(FileReason.NOT_FITTING, "there are too many digits in it")
        numbers = np.array(
            [
                [_whole(label), _whole(writer or str(NOBODY)), *map(_whole, pixels)]
                for label, writer, *pixels in rows
            ],
            np.int64,
        ).reshape(len(rows), -1)
    except FileError:
        raise
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        raise FileError(FileReason.DAMAGED, str(error)) from error
    if len(rows) and (
        numbers.shape[1] != 2 + SIDE * SIDE
        or numbers[:, 0].max() >= CLASSES
        or numbers[:, 1].max() > NOBODY
        or numbers[:, 2:].max() > 255
    ):
        raise FileError(FileReason.NOT_FITTING, "a number is out of its range")
    images = numbers[:, 2:].reshape(-1, SIDE, SIDE)
    return _brought(images, numbers[:, 0], numbers[:, 1].tolist())


def _whole(text: str) -> int:
    # Not int() alone: it takes signs, blanks and digits of other scripts, and any length of them.
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise ValueError("a cell is no number of ours")
    return int(text)


def _heads() -> list[str]:
    pixels = (f"p{row}_{column}" for row in range(SIDE) for column in range(SIDE))
    return ["label", "writer", *pixels]


def as_table(written: Sequence[WrittenDigit]) -> tuple[list[str], list[list[object]]]:
    """Return the headings and the rows of a table: label, writer, and 784 pixels, 255 is ink."""
    rows: list[list[object]] = [
        [each.asked, None if writer == NOBODY else writer, *each.pixels.ravel().tolist()]
        for each, writer in zip(written, numbered(written), strict=True)
    ]
    return _heads(), rows
