"""Another machine beside this one: a network namespace, with a cable from there to here."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import wait_until

SECONDS = 20
HERE, THERE = "10.213.7.1", "10.213.7.2"
"""Addresses of this machine and of the other one, as the cable has them."""
KNOCK = """
import json, socket, sys
def knock(port):
    with socket.socket() as visitor:
        visitor.settimeout(5)
        return visitor.connect_ex((sys.argv[1], port))
print(json.dumps([knock(int(port)) for port in sys.argv[2:]]))
"""


class Neighbour:
    """The other machine: the namespace of a process that does nothing else."""

    def __init__(self, process: int) -> None:
        self._enter = ["nsenter", "-t", str(process), "-n"]

    def knock(self, ports: Sequence[int]) -> list[int]:
        """Try to reach ports of this machine from there; return the error of each, 0 for none."""
        said = [HERE, *map(str, ports)]
        found: list[int] = json.loads(_done(*self._enter, sys.executable, "-c", KNOCK, *said))
        return found


def _done(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, timeout=SECONDS).stdout.decode()


@contextmanager
def neighbour() -> Iterator[Neighbour]:
    """The other machine; skips the test, with a line, where namespaces cannot be made."""
    tools = ("unshare", "nsenter", "ip")
    if os.geteuid() != 0 or not all(map(shutil.which, tools)):
        pytest.skip(f"no network namespaces here: they need root, and {', '.join(tools)}")
    process = subprocess.Popen(
        ["unshare", "-n", "sleep", "600"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    ours, theirs = f"ds{process.pid}a", f"ds{process.pid}b"
    try:

        def apart() -> bool:
            if process.poll() is not None:
                assert process.stderr is not None
                pytest.skip(f"no network namespaces here: {process.stderr.read().decode().strip()}")
            return _namespace(process.pid) != _namespace(os.getpid())

        wait_until(apart, SECONDS, "it has a network of its own")
        other = ("nsenter", "-t", str(process.pid), "-n", "ip")
        _done("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs)
        _done("ip", "link", "set", theirs, "netns", str(process.pid))
        _done("ip", "addr", "add", f"{HERE}/30", "dev", ours)
        _done("ip", "link", "set", ours, "up")
        _done(*other, "addr", "add", f"{THERE}/30", "dev", theirs)
        _done(*other, "link", "set", theirs, "up")
        yield Neighbour(process.pid)
    finally:
        process.kill()  # namespace and cable go with it
        process.wait(SECONDS)


def _namespace(process: int) -> Path:
    return Path(f"/proc/{process}/ns/net").readlink()
