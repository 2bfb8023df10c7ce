"""What a person asks of a run that another server trains: a file in its folder for each command.

    runs/<id>/inbox/0001733…-ab12.json   {"command": "More", "values": {"epochs": 10}}

The server that holds the run's lease looks in before every slice of training. It deletes a file
before it carries the command out: killed between the two it forgets a press of a button, and never
does one twice.
"""

import contextlib
import json
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from model.data.cache import write_atomically
from model.files import FileError, FileReason, dataclass_of, parsed_json
from model.runs.events import Command, More, Rename, SetRate
from model.runs.saved import LONGEST_TITLE, MOST_MORE
from model.training.config import RATES

COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
LONGEST = 10_000  # bytes of a command
MOST = 1_000  # commands that are read at a time


class Inbox:
    """The commands that wait for the server of a run.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "inbox"
        self._watched = self._folder / "watched"
        self._looked: float | None = None

    def send(self, command: Command) -> None:
        """Leave a command for the server that holds the run.

        Raises:
            OSError: the disk does not take it.
        """
        said = {"command": type(command).__name__, "values": asdict(command)}
        name = f"{time.time_ns():020}-{secrets.token_hex(4)}.json"
        write_atomically(self._folder / name, json.dumps(said).encode())

    def received(self) -> list[Command]:
        """The commands that wait, oldest first; each is given once."""
        commands: list[Command] = []
        with contextlib.suppress(OSError):  # there are none; what cannot be read is looked at again
            for path in sorted(self._folder.glob("*.json"))[:MOST]:
                content = path.read_bytes()
                path.unlink()
                with contextlib.suppress(FileError):  # junk is nobody's command
                    commands.append(_command(content))
        return commands

    def watch(self) -> None:
        """Tell the run's server that somebody looks at the run from here."""
        with contextlib.suppress(OSError):  # at worst the run pauses, and says so
            write_atomically(self._watched, b"")

    def was_watched(self) -> bool:
        """Whether somebody has looked from another server since this was asked last."""
        try:
            now = self._watched.stat().st_mtime
        except OSError:
            return False
        before, self._looked = self._looked, now
        return before != now


def _command(content: bytes) -> Command:
    said = parsed_json(content, LONGEST)
    kind = COMMANDS.get(str(said.get("command")))
    if kind is None:
        raise FileError(FileReason.NOT_FITTING, "no command")
    command = dataclass_of(kind, said.get("values"))
    low, high = RATES
    match command:
        case More(epochs):
            right = 1 <= epochs <= MOST_MORE
        case SetRate(rate):
            right = low <= rate <= high
        case Rename(title):
            right = 0 < len(title) <= LONGEST_TITLE
        case _:
            right = True
    if not right:
        raise FileError(FileReason.NOT_FITTING, "a command with a value that no page asks for")
    return command
