"""A PostgreSQL of the tests' own, where the machine has one."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.hosts import Host
from tests.waiting import wait_until

NAME = "postgres"
SECONDS = 60


def find_postgres() -> Path | None:
    """The folder of its programs, which Debian keeps out of the PATH: the newest version's."""
    if found := shutil.which(NAME):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{NAME}")
    newest = max(versions, key=lambda program: int(program.parts[-3]), default=None)
    return None if newest is None else newest.parent


class Postgres:
    """A server that listens on a socket in its own folder, and on no port.

    Args:
        programs: where PostgreSQL is.
        folder: for all that it writes.
        host: on which it runs; its network reaches it, too. None: this machine.
    """

    def __init__(self, programs: Path, folder: Path, host: Host | None = None) -> None:
        self.programs, self.folder, self._host = programs, folder, host
        self.url = f"postgresql:///{NAME}?host={folder}&user={NAME}"
        # It refuses to run as root, as which containers run tests.
        self._user = None
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            self._user = NAME if NAME in names else "nobody"
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(folder / "data"), "-U", NAME, "-A", "trust", "-N")
        if host is not None:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.server: subprocess.Popen[bytes] | None = None

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.programs / program), *args]
        done = subprocess.run(
            command, user=self._user, cwd=self.folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        wait_until(self._answers, SECONDS, "PostgreSQL answers")

    def _answers(self) -> bool:
        # After a SIGKILL it begins only when the last process of the one before has ended.
        if self.server is None or self.server.poll() is not None:
            self.server = self._begun()
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _begun(self) -> "subprocess.Popen[bytes]":
        data, listen = str(self.folder / "data"), "" if self._host is None else "*"
        options = ("-k", str(self.folder), "-c", f"listen_addresses={listen}", "-c", "fsync=off")
        command = [str(self.programs / NAME), "-D", data, *options]
        if self._host is not None:
            return self._host.start(command, user=self._user, cwd=self.folder)
        return subprocess.Popen(
            command,
            user=self._user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT closes all connections, SIGQUIT is a crash, SIGKILL the worst of all.

        A host ends with its server, however.
        """
        if self.server is not None:
            if self._host is not None:
                self._host.kill()
            else:
                self.server.send_signal(how)
            self.server.wait(SECONDS)
            self.server = None


@contextmanager
def postgres(host: Host | None = None) -> Iterator[Postgres]:
    """A running server; skips the test, with a line, where there is none."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: classes are tested on SQLite alone")
    folder = Path(tempfile.mkdtemp(prefix="digitscope-postgres-"))
    try:
        server = Postgres(programs, folder, host)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
