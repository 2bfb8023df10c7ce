"""Real disks of a test's own that are full or closed, where the machine lets us mount some."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _mount(*said: str) -> bool:
    return subprocess.run(["mount", *said], capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk in memory that has no more room than `size`, "256k"."""
    folder.mkdir()
    mounted = _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=True)


def close_disk(folder: Path) -> None:
    """Let the disk that is mounted there take nothing more; no file of it may be open."""
    assert _mount("-o", "remount,ro", str(folder))


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us mount a disk: only root may, and in a container not even root.

    Whoever tests with one has a test beside it that needs none.
    """
    if os.geteuid() != 0:
        return False
    with small_disk(folder, "64k"):
        return folder.is_mount()
