"""Who may steer a run: who has begun it. Who knows its id may watch it, and no more.

    runs/<id>/owner        the mark of its person's secret

The secret itself is in that person's browser alone; its mark, a SHA-256, tells nobody the secret.
By the mark a person's runs are found again, so that no address need carry their ids.
"""

import contextlib
import hashlib
import re
from pathlib import Path

from model.data.cache import write_atomically
from model.runs.store import runs_folder, valid

FILE = "owner"
MARK = re.compile(rb"[0-9a-f]{64}")
ALIAS = re.compile(r"[0-9a-f]{8}")


def mark_of(secret: str) -> str:
    """The mark of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def alias_of(identifier: str) -> str:
    """What tells a run from a person's others and opens it to nobody: an id cannot be had of it."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:8]


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


class Marks:
    """Whose the runs on disk are. Each is looked at once: the mark of a run never changes."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, float]] = {}  # by run: the mark, and since when

    def look(self) -> None:
        """Take in what has come and what has gone; a disk that cannot be read changes nothing."""
        with contextlib.suppress(OSError):
            names = [folder.name for folder in runs_folder().iterdir() if valid(folder.name)]
            self._found = {
                name: found
                for name in names
                if (found := self._found.get(name) or _marked(name)) is not None
            }

    def of(self, mark: str) -> dict[str, float]:
        """The ids of a person's runs that were on disk at the last look, and when each began."""
        return {name: since for name, (each, since) in self._found.items() if each == mark}


def _marked(identifier: str) -> tuple[str, float] | None:
    """The mark of a run, and when it was begun: its file is written then, and never again."""
    folder = runs_folder() / identifier
    mark = kept_mark(folder)
    try:
        return (mark, (folder / FILE).stat().st_mtime) if mark else None
    except OSError:
        return None
