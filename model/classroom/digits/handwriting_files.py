"""The class's digits as files to take along, and back again. No file has a name in it.

Writers are numbers, drawn by lot for each file: nobody tells from two files who is who.
"""

import io
import secrets
import zipfile
from collections.abc import Sequence

import numpy as np
from PIL import Image

from model.classroom.digits.handwriting import MOST_BROUGHT, WrittenDigit, as_digits
from model.data.mnist import Digits
from model.files import Archive, FileError, FileReason
from model.network import CLASSES, SIDE

NOBODY = 65535
"""The writer of a digit whose writer is not known."""


def numbered(written: Sequence[WrittenDigit]) -> list[int]:
    """Return a number for each digit's writer, drawn by lot."""
    writers = [each for each in dict.fromkeys(one.student_id for one in written) if each]
    numbers = list(range(len(writers)))
    secrets.SystemRandom().shuffle(numbers)
    of_writer = dict(zip(writers, numbers, strict=True))
    return [NOBODY if one.student_id is None else of_writer[one.student_id] for one in written]


def to_npz(written: Sequence[WrittenDigit]) -> bytes:
    """Return images (n, 28, 28) uint8, labels (n,) uint8 and writers (n,) uint16."""
    digits, file = as_digits(written), io.BytesIO()
    writers = np.array(numbered(written), np.uint16)
    np.savez_compressed(file, images=digits.images, labels=digits.labels, writers=writers)
    return file.getvalue()


def from_npz(content: bytes) -> Digits:
    """Return the digits of a file that `to_npz` wrote.

    Raises:
        FileError: it is none, is damaged, or has too many digits.
    """
    archive = Archive(content)
    largest = MOST_BROUGHT * SIDE * SIDE
    images = archive.array("images", np.uint8, (None, SIDE, SIDE), largest)
    labels = archive.array("labels", np.uint8, (len(images),), MOST_BROUGHT)
    if labels.size and labels.max() >= CLASSES:
        raise FileError(FileReason.NOT_FITTING, "a label is no digit")
    return Digits(images, labels)


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


def as_table(written: Sequence[WrittenDigit]) -> tuple[list[str], list[list[object]]]:
    """Return the headings and the rows of a table: label, writer, and 784 pixels, 255 is ink."""
    pixels = [f"p{row}_{column}" for row in range(SIDE) for column in range(SIDE)]
    rows: list[list[object]] = [
        [each.asked, None if writer == NOBODY else writer, *each.pixels.ravel().tolist()]
        for each, writer in zip(written, numbered(written), strict=True)
    ]
    return ["label", "writer", *pixels], rows
