"""Who may steer a run: who has begun it. Who knows its id may watch it, and no more.

    runs/<id>/owner        the mark of its person's secret

The secret itself is in that person's browser alone; its mark, a SHA-256, tells nobody the secret.
"""

import contextlib
import hashlib
import re
from pathlib import Path

from model.data.cache import write_atomically

FILE = "owner"
MARK = re.compile(rb"[0-9a-f]{64}")


def mark_of(secret: str) -> str:
    """The mark of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keep_mark(folder: Path, mark: str) -> None:
    """Write the mark of a run's person beside its files; a disk that takes nothing is no fault."""
    with contextlib.suppress(OSError):
        write_atomically(folder / FILE, mark.encode())


def kept_mark(folder: Path) -> str:
    """The mark of a run's person; empty where none is known: then whoever has the id may steer."""
    try:
        with (folder / FILE).open("rb") as file:
            content = file.read(65)
    except OSError:
        return ""
    return content.decode() if MARK.fullmatch(content) else ""
