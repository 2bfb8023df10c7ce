"""The app's folder on this machine, and how files get into it whole or not at all."""

import os
import tempfile
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder of this app; it is made where it is missing."""
    from platformdirs import user_cache_path

    folder = Path(os.environ.get("DIGITSCOPE_CACHE") or user_cache_path("digitscope"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that at any moment either the old or the whole new one is there.

    A temporary file in the same folder, flushed to the disk, then renamed over the old one.
    """
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
