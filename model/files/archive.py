"""Arrays in a zip archive (.npz), read as data and never as code.

Nothing that a file says of itself is believed before it was compared with what must be there: how
many members there are, how each is compressed, an array's type and shape, its number of bytes.
Only then are its bytes read, and no more of them than it should have.
"""

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import numpy as np

from model.files.error import FileError, FileReason

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What we and NumPy write. The others would need other readers, each with faults of its own."""
MOST_MEMBERS = 64
LONGEST_DIRECTORY = 64_000  # bytes; the list of members at the end of the file
END = struct.Struct("<4s4H2LH")
"""The end of an archive without a comment: mark, three counts, members, size, start, comment."""
END_MARK = b"PK\x05\x06"
HEADER = re.compile(
    rb"\{'descr': '([<|][a-z]\d)', 'fortran_order': False, 'shape': \(([\d, ]{0,60})\), \} *\n"
)
"""What NumPy writes before an array in C order: see `numpy.lib.format`, version 1.0."""
NUMPY = b"\x93NUMPY\x01\x00"
LONGEST_HEADER = 1_000  # bytes; NumPy writes 118

PARSING = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    RuntimeError,  # NotImplementedError, RecursionError and encrypted members, too
    ValueError,
    ArithmeticError,
    OSError,
)
"""What the readers below raise for bytes that are not what they should be."""


@contextmanager
def refusing() -> Iterator[None]:
    """Let whatever a parser raises within come out as a FileError."""
    try:
        yield
    except FileError:
        raise
    except PARSING as error:
        raise FileError(FileReason.DAMAGED, f"{type(error).__name__}: {error}") from error


class Archive:
    """An archive of named members.

    Args:
        source: the content, or a file that is open as long as the archive is used.

    Raises:
        FileError: it is no archive, or one of another kind than ours.
    """

    def __init__(self, source: bytes | IO[bytes]) -> None:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        with refusing():
            _check_end(file)
            self._zip = zipfile.ZipFile(file)
        members = self._zip.infolist()
        self.names = frozenset(member.filename for member in members)
        if len(self.names) != len(members):
            raise FileError(FileReason.NOT_FITTING, "two members have one name")
        if any(member.compress_type not in COMPRESSIONS for member in members):
            raise FileError(FileReason.NOT_FITTING, "a member is compressed in another way")

    def text(self, name: str, longest: int) -> bytes:
        """The bytes of a member.

        Args:
            name: of the member.
            longest: more bytes than this are not read.

        Raises:
            FileError: it is missing, damaged or too long.
        """
        with refusing(), self._zip.open(name) as member:
            content = member.read(longest + 1)
        if len(content) > longest:
            raise FileError(FileReason.TOO_LONG, name)
        return content

    def array(
        self,
        name: str,
        dtype: type[np.generic],
        shape: Sequence[int | None],
        largest: int = 1 << 28,
    ) -> np.ndarray:
        """An array, after its header has shown that it is what it must be.

        Args:
            name: of its member, without ".npy".
            dtype: its type, little-endian.
            shape: its shape; None stands for any length.
            largest: more bytes than this are not read.

        Raises:
            FileError: it is missing, damaged, of another type or shape, or too large.
        """
        expected = np.dtype(dtype).newbyteorder("<")
        with refusing(), self._zip.open(f"{name}.npy") as member:
            found, sizes = _header(member.read(10), member, name)
            fits = found == expected.str and len(sizes) == len(shape)
            if not fits or any(must not in (None, n) for n, must in zip(sizes, shape, strict=True)):
                wanted = f"{expected.str} of shape {tuple(shape)}"
                is_now = f"{name} is {found} of shape {sizes}"
                raise FileError(FileReason.NOT_FITTING, f"{is_now}, not {wanted}")
            length = math.prod(sizes) * expected.itemsize
            if length > largest:
                raise FileError(FileReason.TOO_LONG, name)
            content = member.read(length + 1)
        if len(content) != length:
            raise FileError(FileReason.NOT_FITTING, f"{name} has not the bytes of its shape")
        return np.frombuffer(content, expected).astype(dtype).reshape(sizes)

    def holds(self, name: str) -> bool:
        """Whether there is an array of this name."""
        return f"{name}.npy" in self.names


def _check_end(file: IO[bytes]) -> None:
    """Refuse an archive with a long list of members before anybody reads it."""
    file.seek(-END.size, io.SEEK_END)
    mark, *_, members, size, _, comment = END.unpack(file.read())
    if mark != END_MARK or comment:
        raise FileError(FileReason.DAMAGED, "does not end as an archive does")
    if members > MOST_MEMBERS or size > LONGEST_DIRECTORY:
        raise FileError(FileReason.TOO_LONG, "far too many members")


def _header(start: bytes, member: IO[bytes], name: str) -> tuple[str, tuple[int, ...]]:
    """Type and shape as an array's header gives them."""
    if not start.startswith(NUMPY) or len(start) != 10:
        raise FileError(FileReason.NOT_FITTING, f"{name} is stored in another format")
    length = int.from_bytes(start[8:], "little")
    match = HEADER.fullmatch(member.read(length)) if length <= LONGEST_HEADER else None
    if match is None:
        raise FileError(FileReason.NOT_FITTING, f"{name} has another header than NumPy writes")
    return match[1].decode(), tuple(int(number) for number in re.findall(rb"\d+", match[2]))
