"""Hosts of the tests' own: Linux namespaces, each with a network, processes and a file of names.

They hang on one bridge, which is in a namespace too, so nothing of it is seen from outside, no name
can be taken already, and many tests may have hosts at once. Each host lives as long as a pipe from
this process is open: however this process ends, the kernel then kills all that runs in the host,
and takes its network away.

That needs Linux, root, and a kernel or a container that permits it. Elsewhere the tests are
skipped, with a line.
"""

import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("ip", "mount", "nsenter", "setpriv", "unshare")
SECONDS, LONG_SECONDS = 30, 300
"""Until a host or a program is given up: it has to be there, or to end."""
NETWORK = "10.77.0"
"""Of the hosts; it is seen nowhere else."""
APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
ALIVE = "echo up && exec cat >/dev/null"
LISTENING = "0A"
"""In /proc/net/tcp."""
LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")
"""127.0.0.1 and ::1, likewise."""


class Host:
    """A host: what is started in it sees no other's processes and reaches only its network.

    Args:
        name: of the host.
        address: in the network.
        begin: what its shell does first.
        log: takes what is written by all that runs in it.
    """

    def __init__(self, name: str, address: str, begin: str, log: Path) -> None:
        self.name, self.address = name, address
        self._log = log
        self._keeper = subprocess.Popen(
            [*APART, "sh", "-c", f"{begin} && {ALIVE}"],
            stdin=subprocess.PIPE,  # its end is the end of the host
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self._keeper.stdout is not None
        there, _, _ = select.select([self._keeper.stdout], [], [], SECONDS)
        said = self._keeper.stdout.readline() if there else b"nothing"
        if said != b"up\n":
            self.end()
            raise OSError(said.decode().strip())
        (first,) = psutil.Process(self._keeper.pid).children()
        self.first: int = first.pid  # the process with which all others of the host end

    def start(
        self,
        command: Sequence[str],
        *,
        user: str | None = None,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program in the host.

        Args:
            command: the program and its arguments.
            user: whose process it is; None: root's.
            cwd: where it starts.
            env: its environment; None: this process's.
        """
        become = [] if user is None else ["setpriv", f"--reuid={user}", "--clear-groups"]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*self._enter, *become, "env", f"--chdir={cwd}", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
            )

    def output(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> str:
        """What a program says that ends by itself; it must end well."""
        done = subprocess.run(
            [*self._enter, "env", f"--chdir={ROOT}", *command],
            capture_output=True,
            text=True,
            timeout=LONG_SECONDS,
            check=False,
            env=env,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def _enter(self) -> list[str]:
        return ["nsenter", f"--target={self.first}", "--net", "--mount", "--pid"]

    @property
    def ports(self) -> dict[int, bool]:
        """All ports on which something listens, and whether the host itself alone can reach it."""
        found: dict[int, bool] = {}
        for name in ("tcp", "tcp6"):
            for line in Path(f"/proc/{self.first}/net/{name}").read_text().splitlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if state == LISTENING:
                    address, _, port = local.partition(":")
                    found[int(port, 16)] = found.get(int(port, 16), True) and address in LOOPBACK
        return found

    def kill(self) -> None:
        """End all that runs in it, at once, as when its power is cut."""
        os.kill(self.first, signal.SIGKILL)
        self.end()

    def close(self) -> None:
        """Let all that runs in it end, where it has not ended already."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()

    def end(self) -> None:
        """Likewise, and wait for that."""
        self.close()
        self._keeper.wait(SECONDS)

    @property
    def written(self) -> str:
        """The end of what its programs have written."""
        return self._log.read_text(errors="replace")[-5000:] if self._log.exists() else ""


@contextmanager
def hosts(*names: str) -> Iterator[dict[str, Host]]:
    """Hosts that reach each other by their names; they end with the block.

    Skips the test, with a line, where that is not possible.
    """
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} found: several hosts are tested on Linux alone")
    if os.geteuid() != 0:
        pytest.skip("several hosts need network namespaces, and these need root: run as root")
    folder = Path(tempfile.mkdtemp(prefix="digitscope-hosts-"))
    addresses = {name: f"{NETWORK}.{number}" for number, name in enumerate(names, start=2)}
    table = folder / "hosts"
    lines = ["127.0.0.1 localhost", *(f"{addresses[name]} {name}" for name in names)]
    table.write_text("\n".join(lines) + "\n")
    bridge = f"ip link add wire type bridge && ip address add {NETWORK}.1/24 dev wire"
    begun: dict[str, Host] = {}
    try:
        try:
            wire = Host("", f"{NETWORK}.1", f"{bridge} && ip link set wire up", folder / "log")
        except OSError as refused:
            pytest.skip(f"no network namespaces are permitted here: {refused}")
        begun[""] = wire
        for name in names:
            begin = f"ip link set lo up && mount --bind {table} /etc/hosts"
            begun[name] = host = Host(name, addresses[name], begin, folder / f"{name}.log")
            end = f"end{len(begun)}"
            into = f"netns {host.first}"
            _ip(wire, f"link add {end} type veth peer name eth0 {into}")
            _ip(wire, f"link set {end} master wire up")
            _ip(host, f"address add {host.address}/24 dev eth0")
            _ip(host, "link set eth0 up")
            _ip(host, f"route add default via {wire.address}")
        yield {name: begun[name] for name in names}
    finally:
        for host in begun.values():
            host.close()
        for host in begun.values():
            host.end()
        shutil.rmtree(folder, ignore_errors=True)


def _ip(host: Host, words: str) -> None:
    """Change a host's network. The process numbers that it is told are those outside."""
    network = f"--net=/proc/{host.first}/ns/net"
    done = subprocess.run(
        ["nsenter", network, "ip", *words.split()],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
