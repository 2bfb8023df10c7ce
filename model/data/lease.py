"""Which server a run belongs to, when several use one folder: the one that holds its lease.

    runs/<id>/server/owner-000003.json   who holds the lease; of several files the highest counts

Whoever wants to change a run takes its lease first, and gives it back when the run stands still.
The lease is renewed (its file's time is set) as long as its server lives. It has ended when it was
not renewed for `LEASE_SECONDS` on the clock of the one who looks, so that clocks need not agree; or
at once, when its process can be seen to be gone. Then another server takes it by making the file
with the next number: the file system lets only one of several do that. Who was only asleep finds a
higher number than its own when it wakes, and writes nothing more.

Where the disk takes no files there is no lease, and nothing to share: the run is in memory.
"""

import contextlib
import json
import os
import platform
import re
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import psutil

from model.data.cache import make_folder
from model.files import FileError, dataclass_of, parsed_json

LEASE = "DIGITSCOPE_LEASE_SECONDS"
"""In the environment: another time, for tests."""
LEASE_SECONDS = float(os.environ.get(LEASE, "15"))
RENEW_SECONDS = LEASE_SECONDS / 5
LONG_SECONDS = 3600.0
"""No two clocks of a school differ by so much: a lease that old has ended, without waiting."""
NAME = re.compile(r"owner-(\d{6})\.json")
LONGEST = 10_000  # bytes; ours has some hundred


@dataclass(frozen=True)
class Owner:
    """A server, as it writes itself into a lease."""

    server: str  # a name that no other has
    place: str  # where its process number means something: the machine, and its start
    process: int
    started: float  # when the process began, seconds since 1970

    @property
    def gone(self) -> bool:
        """Whether it can be seen from here that the process has ended."""
        if self.place != _place():
            return False
        try:
            return bool(abs(psutil.Process(self.process).create_time() - self.started) > 1)
        except psutil.NoSuchProcess:
            return True
        except psutil.Error:
            return False


def this_server() -> Owner:
    """A new name for this process."""
    process = os.getpid()
    started = psutil.Process(process).create_time()
    return Owner(secrets.token_hex(8), _place(), process, started)


@cache
def _place() -> str:
    """Linux numbers its start and each of its worlds of processes; elsewhere the machine's name."""
    with contextlib.suppress(OSError):  # not Linux
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{start} {Path('/proc/self/ns/pid').readlink()}"
    return platform.node()


class Lease:
    """The lease of one run, as one server sees it. Only one thread at a time may take it.

    Args:
        folder: of the run.
        me: the server.
    """

    def __init__(self, folder: Path, me: Owner) -> None:
        self._folder = folder / "server"
        self._me = me
        self._held = False
        self._number = 0  # of the file, while it is held; 0 where the disk takes none
        self._seen: tuple[object, float] = (None, 0.0)  # of another's lease: its state, and since

    def take(self) -> bool:
        """Hold the lease from now on; return False where another server holds it."""
        if self.still_held():
            return True
        number, owner = self._latest()
        if number and not self._ended(number, owner):
            return False
        return self._make(number)

    def still_held(self) -> bool:
        """Whether what this server took is still its own.

        A file that is gone is not: another server may have held the lease since, and given it back.
        """
        if not self._held:
            return False
        number, _ = self._latest()
        if number == self._number == 0:  # the disk took none; perhaps it does now
            return self._make(0)
        if number != self._number:
            self._let_go()
        return self._held

    def give_back(self) -> None:
        """Let others take it."""
        number = self._number
        self._let_go()
        if number:
            with contextlib.suppress(OSError):  # renewed no more, it ends by its age
                self._path(number).unlink(missing_ok=True)

    def is_anothers(self) -> bool:
        """Whether another server holds it now."""
        number, owner = self._latest()
        return number not in (0, self._number) and not self._ended(number, owner)

    def renew(self) -> None:
        """Say that its server lives."""
        number = self._number
        if number:
            with contextlib.suppress(OSError):  # the next look sees whether it is still ours
                os.utime(self._path(number))

    def _make(self, before: int) -> bool:
        """Make the file that follows one that has ended; False where another was quicker."""
        path, made = self._path(before + 1), False
        try:
            make_folder(self._folder)
        except OSError:
            return self._hold(0)  # a disk that takes no files: there is nothing to share
        try:
            with path.open("x", encoding="ascii") as file:
                made = True
                json.dump(asdict(self._me), file)
        except FileExistsError:
            return False
        except OSError:
            if made:  # there was no room for its content: empty, it would look like another's
                with contextlib.suppress(OSError):  # it ends by its age
                    path.unlink()
            return self._hold(0)
        self._delete_up_to(before)
        return self._hold(before + 1)

    def _hold(self, number: int) -> bool:
        self._held, self._number = True, number
        if number:
            _renewals.add(self)
        return True

    def _let_go(self) -> None:
        _renewals.discard(self)
        self._held, self._number = False, 0

    def _path(self, number: int) -> Path:
        return self._folder / f"owner-{number:06}.json"

    def _latest(self) -> tuple[int, Owner | None]:
        """The highest number, 0 where there is none, and who wrote it, where it can be read."""
        try:
            matches = (NAME.fullmatch(name) for name in os.listdir(self._folder))  # noqa: PTH208
            number = max((int(match[1]) for match in matches if match), default=0)
        except OSError:
            return 0, None
        try:
            content = self._path(number).read_bytes() if number else b""
            return number, dataclass_of(Owner, parsed_json(content, LONGEST))
        except (OSError, FileError):
            return number, None

    def _ended(self, number: int, owner: Owner | None) -> bool:
        if owner is not None and (owner.server == self._me.server or owner.gone):
            return True
        try:
            renewed = self._path(number).stat().st_mtime_ns
        except OSError:
            return True  # given back meanwhile
        now, state = time.monotonic(), (number, renewed)
        if self._seen[0] != state:
            self._seen = state, now
        age = time.time() - renewed / 1e9
        return now - self._seen[1] > LEASE_SECONDS or age > LONG_SECONDS

    def _delete_up_to(self, number: int) -> None:
        with contextlib.suppress(OSError):  # they have ended: the highest number counts
            for name in os.listdir(self._folder):  # noqa: PTH208
                match = NAME.fullmatch(name)
                if match and int(match[1]) <= number:
                    (self._folder / name).unlink(missing_ok=True)


class _Renewals:
    """Renews the leases of this process, in one thread that lives while there are some."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._leases: set[Lease] = set()
        self._alive = False

    def add(self, lease: Lease) -> None:
        with self._changed:
            self._leases.add(lease)
            if not self._alive:
                self._alive = True
                threading.Thread(target=self._work, name="leases", daemon=True).start()

    def discard(self, lease: Lease) -> None:
        with self._changed:
            self._leases.discard(lease)
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._leases, RENEW_SECONDS)
                if not self._leases:
                    self._alive = False
                    return
                leases = list(self._leases)
            for lease in leases:
                lease.renew()


_renewals = _Renewals()
