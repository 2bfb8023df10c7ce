"""The app's folder on this machine, and how files get into it whole or not at all.

This is the one place that knows the folder and writes into it. The disk may be full, closed to us
or gone at any moment: then what was to be kept lives on in memory, nothing that is shown needs a
file, and `refusal` says why, so that a person can be told.
"""

import errno
import os
import tempfile
from enum import StrEnum
from pathlib import Path

NOWHERE = Path(os.devnull)
"""Below it nothing can be read or written: the home of a user who has none."""


IN_MEMORY = Path("/dev/shm")
"""Linux keeps its files in memory."""


class KeepReason(StrEnum):
    """Why nothing can be kept."""

    FULL = "the disk is full"
    CLOSED = "the disk may not be written to"
    FAILING = "the disk does not take files"


REASONS = {
    errno.ENOSPC: KeepReason.FULL,
    errno.EDQUOT: KeepReason.FULL,
    errno.EFBIG: KeepReason.FULL,
    errno.EROFS: KeepReason.CLOSED,
    errno.EACCES: KeepReason.CLOSED,
    errno.EPERM: KeepReason.CLOSED,
}

_refusals: list[KeepReason] = []  # the last one, while it lasts


def refusal() -> KeepReason | None:
    """Why this process could not write its last file; None where it could, or has not tried."""
    return _refusals[-1] if _refusals else None


def home() -> Path:
    """The user's own folder; `NOWHERE` for a user who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return NOWHERE


def cache_folder() -> Path:
    """The folder of this app on this machine. It need not exist: writing makes it."""
    from platformdirs import user_cache_path

    if named := os.environ.get("DIGITSCOPE_CACHE"):
        return Path(named)
    try:
        return user_cache_path("digitscope")
    except RuntimeError:
        return NOWHERE / "digitscope"


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody but its owner.

    Raises:
        OSError: the disk does not take it.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that at any moment either the old or the whole new one is there.

    A temporary file in the same folder, flushed to the disk, then renamed over the old one. The
    folder is made where it is missing.

    Raises:
        OSError: the disk does not take it; `refusal` then says why.
    """
    try:
        make_folder(path.parent)
        _write(path, content)
    except OSError as error:
        _refusals[:] = [REASONS.get(error.errno or 0, KeepReason.FAILING)]
        raise
    _refusals.clear()


def try_to_keep() -> None:
    """Write a file and delete it again: `refusal` then tells whether anything can be kept."""
    path = cache_folder() / f"try-{os.getpid()}"
    try:
        write_atomically(path, b"can this be kept?")
        path.unlink(missing_ok=True)
    except OSError:
        return


def find_scratch() -> None:
    """Give libraries a folder for temporary files in memory, where no disk takes any.

    Dask needs one for its certificates and its workers. Processes that are started from here on
    use the same.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        if os.access(IN_MEMORY, os.W_OK):
            os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
