"""The files of `.github/deploy` on several hosts: two of them die; nobody gets in without a key.

What compose.yaml says is started as it stands there, without its containers: each service on a host
of the tests' own (`tests.hosts`), with the names that the file gives them. Without an nginx the
tests are skipped, with a line; without a PostgreSQL both servers share an SQLite file.
"""

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from model.classroom.database import FILE, Database
from model.classroom.lifecycle import class_of_teacher
from model.classroom.questions import ask_class
from model.classroom.view import ClassView, view_class
from model.data.lease import LEASE
from model.engine.certificates import new_certificate
from model.runs.saved import Saved
from model.runs.state import RunPhase
from model.runs.store import RunFolder, runs_folder, valid
from tests.benchmarks.student import Student
from tests.browser.test_nginx import AROUND
from tests.hosts import ROOT, Host, hosts
from tests.postgres import NAME, find_postgres, postgres
from tests.test_deploy import DEPLOY, compose
from tests.waiting import wait_until
from ui.components.classroom import CHANNEL
from ui.state.my_runs import OWNER_COOKIE

pytestmark = pytest.mark.slow

PATIENCE = 240.0
"""Seconds until a wait is given up; on two quiet cores the longest takes twenty."""
SITE = "http://school.example/digits"
SERVERS, WORKERS = ("app1", "app2"), ("worker1", "worker2")
PORT = 8501
EPOCHS = 5

KNOCK = """
import contextlib, socket, ssl, sys
certificate, key, *ports = sys.argv[1:]
anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
if certificate:
    anybody.load_cert_chain(certificate, key)

def open_port(port):
    address, _, number = port.rpartition(":")
    return socket.create_connection((address, int(number)), 240)

def page(port):
    with open_port(port) as plain, contextlib.suppress(ConnectionResetError):
        plain.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        said = plain.recv(12)
        return said[9:].decode() if said.startswith(b"HTTP/") else None

for port in ports:
    try:
        said = page(port)
        if said is None:
            with open_port(port) as plain:
                said = "spoke" if anybody.wrap_socket(plain).recv(1) else "ended"
    except OSError as fault:
        said = type(fault).__name__
    print(said)
"""
"""Knocks at ports, with a certificate or without, and says of each what came of it: the status of a
page; or whether it spoke over TLS, as Dask does first to whom it lets in. A worker that is loading
TensorFlow answers afterwards."""

WHO_TRAINS = """
import json, sys
from distributed import Client
from tests.model.engine.work import trainers
with Client(sys.argv[1], timeout=float(sys.argv[2])) as client:
    print(json.dumps(client.run(trainers)))
"""
"""Lets the workers of a cluster run something: how many trainings does each have?"""


@contextmanager
def quoting(all_hosts: Mapping[str, Host]) -> Iterator[None]:
    """What the hosts' programs have written goes with a fault in the block."""
    try:
        yield
    except BaseException as fault:
        for host in all_hosts.values():
            fault.add_note(f"--- {host.name}:\n{host.written}")
        raise


def outer(host: Host) -> list[str]:
    """The ports of a host that others reach."""
    return [f"{host.address}:{port}" for port, inside in host.ports.items() if not inside]


def listens(host: Host, count: int = 1) -> bool:
    """Whether others reach so many ports of a host."""
    return len(outer(host)) >= count


@dataclass
class School:
    """All services of compose.yaml, started.

    Attributes:
        hosts: by name.
        folder: with the certificate, nginx's files and the folder of runs.
        cluster: the environment of the scheduler's and the workers' machines.
        database: of the classes, as it is reached from here.
    """

    hosts: Mapping[str, Host]
    folder: Path
    cluster: Mapping[str, str]
    database: Database

    def knock(self, host: str, ports: Sequence[str], *secret: Path) -> list[str]:
        """What comes of knocking from a host, see `KNOCK`."""
        shown = map(str, secret) if secret else ("", "")
        return self.hosts[host].output([sys.executable, "-c", KNOCK, *shown, *ports]).split()

    def who_trains(self, host: str, env: Mapping[str, str], seconds: float) -> dict[str, int]:
        """How many trainings each worker has, by its address; see `WHO_TRAINS`."""
        scheduler = env["DIGITSCOPE_SCHEDULER"]
        command = [sys.executable, "-c", WHO_TRAINS, scheduler, str(seconds)]
        found: dict[str, int] = json.loads(self.hosts[host].output(command, env=env))
        return found


def environment(service: str, folder: Path) -> dict[str, str]:
    """What compose.yaml lets a service find in its environment, with paths of this machine."""
    here = {
        "/run/secrets/certificate": folder / "certificate.pem",
        "/run/secrets/key": folder / "key.pem",
        "/data": folder / "data",
        "/app": ROOT,
    }
    said = compose()["services"][service]["environment"].items()
    programs = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        **{name: str(here.get(value, value)) for name, value in said},
    }


def nginx(host: Host, folder: Path) -> None:
    """Start the proxy. It listens on a socket, too: files are the same on all hosts, and here."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("no nginx found: install one to run this test")
    change = ["sed", "-f", str(DEPLOY / "two_servers"), str(DEPLOY / "nginx.conf")]
    rules = subprocess.run(change, capture_output=True, text=True, check=True).stdout
    for place, more in (
        ("listen 80;", f"listen unix:{folder}/web;"),
        ("location /digits/ {", "add_header X-Server $upstream_addr always;"),
    ):
        assert place in rules
        rules = rules.replace(place, f"{place} {more}")
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, rules=rules))
    host.start([program, "-c", str(file), "-p", str(folder)])


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    folder = Path(tempfile.mkdtemp(prefix="digitscope-school-"))
    (folder / "data").mkdir()
    names = ("scheduler", *WORKERS, *SERVERS, "proxy", "stranger")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        there = stack.enter_context(hosts(*names, "database"))
        shutil.copy(DEPLOY / "certificate", folder)
        subprocess.run([str(folder / "certificate")], check=True, capture_output=True)
        services = compose()["services"]
        cluster = environment("worker", folder)
        there["scheduler"].start(services["scheduler"]["command"], env=cluster)
        for name in WORKERS:
            there[name].start(services["worker"]["command"], env=cluster)
        where, ours = str(folder / "data" / FILE), environment("app1", folder) | {LEASE: "3"}
        del ours["DIGITSCOPE_DATABASE"]
        if find_postgres() is not None:
            where = stack.enter_context(postgres(there["database"])).url
            ours["DIGITSCOPE_DATABASE"] = f"postgresql://{NAME}@database/{NAME}"
        for name in SERVERS:
            there[name].start(services[name]["command"], env=ours)
        nginx(there["proxy"], folder)
        database = Database(where)
        stack.callback(database.close)
        with quoting(there):
            for server in (there[name] for name in SERVERS):
                wait_until(partial(listens, server), PATIENCE, f"{server.name} does not listen")
        yield School(there, folder, cluster, database)


def test_the_cluster_speaks_to_nobody_without_the_certificate(school: School) -> None:
    with quoting(school.hosts):
        cluster = [school.hosts[name] for name in ("scheduler", *WORKERS)]
        for host, count in zip(cluster, (1, 2, 2), strict=True):  # a worker has its nanny
            wait_until(partial(listens, host, count), PATIENCE, f"{host.name} does not listen")
        ports = [port for host in cluster for port in outer(host)]
        own = school.folder / "certificate.pem", school.folder / "key.pem"
        assert school.knock("stranger", ports, *own) == ["spoke"] * len(ports)
        assert school.knock("stranger", ports) == ["SSLError"] * len(ports)
        other = new_certificate()
        theirs = school.folder / "theirs.pem", school.folder / "theirs-key.pem"
        for path, content in zip(theirs, (other.certificate, other.key), strict=True):
            path.write_text(content)
        assert school.knock("stranger", ports, *theirs) == ["SSLError"] * len(ports)
        changed = {str(mine): str(other) for mine, other in zip(own, theirs, strict=True)}
        env = {name: changed.get(value, value) for name, value in school.cluster.items()}
        with pytest.raises(AssertionError, match="certificate does not match"):
            school.who_trains("stranger", env, 2)


@dataclass
class Browser:
    """What a person has: a cookie, and the way to the school's address."""

    school: School
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def way(self) -> dict[str, Any]:
        return {
            "unix": True,
            "path": str(self.school.folder / "web"),
            "origin": Origin("http://school.example"),
            "additional_headers": {"Cookie": f"{OWNER_COOKIE}={self.secret}"},
            "open_timeout": PATIENCE,
        }

    async def enter(self, page: str, query: str = "") -> Student:
        return await Student.enter(SITE, page, query, **self.way)

    async def channel(self, page: Student) -> ClientConnection:
        """The channel of the class, as the page opens it."""
        token = page.data["digitscope_classroom"]["token"]
        address = SITE.replace("http", "ws", 1)
        socket = await connect(f"{address}/{CHANNEL}", **self.way)
        await socket.send(json.dumps({"token": token}))
        return socket


def server_of(page: Student, school: School) -> Host:
    assert page.socket.response is not None
    address = page.socket.response.headers["X-Server"].rpartition(", ")[2]
    return next(host for host in school.hosts.values() if f"{host.address}:{PORT}" == address)


async def asked(socket: ClientConnection, n: int, **request: object) -> None:
    """Ask something of the class, and wait until it is done."""
    await socket.send(json.dumps({"n": n, **request}))
    while (said := json.loads(await socket.recv())).get("done") != n:
        assert said.get("refused") != n, said


async def shown(socket: ClientConnection, there: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until a screen of the class shows something; parts that have not come are empty."""
    parts: defaultdict[str, Any] = defaultdict(dict)
    while not there(parts):
        parts |= json.loads(await socket.recv()).get("parts", {})


def view_of(school: School, key: str) -> ClassView:
    class_id = class_of_teacher(school.database, key)
    assert class_id is not None
    view = view_class(school.database, class_id)
    assert view is not None
    return view


async def trained(page: Student, run: str, enough: Callable[[Saved], bool]) -> Saved:
    """Look at a training, as an open page does, until enough of it is on disk."""
    while (saved := RunFolder(run).load()) is None or not enough(saved):
        await page.look("train")
        await asyncio.sleep(0.2)
    return saved


def test_a_dead_worker_s_host_and_a_dead_server_cost_no_run_and_no_class(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(school.folder / "data"))

    async def lesson() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await a_lesson(school)

    with quoting(school.hosts):
        asyncio.run(lesson())


async def a_lesson(school: School) -> None:
    began = time.monotonic()

    def note(what: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s: {what}")

    teacher, fox = Browser(school), Browser(school)
    desk = await teacher.enter("class")
    await desk.press("class", "Open a class")
    (key,) = parse_qs(desk.query)["teach"]
    page = await fox.enter("join", f"code={view_of(school, key).code}")
    await page.press("join", "Join")
    ask_class(school.database, view_of(school, key).id, "Which?", ("a", "b", "c"), 1)
    channel = await fox.channel(page)
    question = view_of(school, key).question
    assert question is not None
    await asked(channel, 1, do="hand", up=True)
    await asked(channel, 2, do="answer", question=question.id, round=1, choice=2)
    before = view_of(school, key)
    (student,) = before.students
    note("the class is open")

    await page.go("train")
    await page.press("train", "Start", {"Epochs": EPOCHS})
    (run,) = [path.name for path in runs_folder().iterdir() if valid(path.name)]
    saved = await trained(page, run, lambda saved: len(saved.records) >= 3)
    note("two epochs are over")
    work = await asyncio.to_thread(school.who_trains, "proxy", school.cluster, PATIENCE)
    assert sorted(work.values()) == [0, 1]
    (address,) = [each for each, count in work.items() if count]
    (worker,) = [host for host in school.hosts.values() if f"//{host.address}:" in address]
    server = server_of(page, school)
    assert (worker.name in WORKERS, server.name in SERVERS) == (True, True)
    worker.kill()
    server.kill()
    saved = RunFolder(run).load() or saved
    assert saved.about.phase.moving
    note(f"{worker.name} and {server.name} are dead")
    kept = {path: path.stat().st_mtime_ns for path in RunFolder(run).path.glob("epoch-*.npz")}
    await page.socket.wait_closed()  # the proxy says so to the browser, which comes again

    page = await fox.enter("train")  # whose it is, its cookie says
    assert server_of(page, school) is not server
    note("another server shows the run")
    ended = await trained(page, run, lambda saved: saved.about.phase is RunPhase.FINISHED)
    note("it has ended")
    assert not ended.missing
    assert [record.epoch for record in ended.records] == list(range(EPOCHS + 1))
    for old, new in zip(saved.records, ended.records, strict=False):
        assert np.array_equal(old.losses, new.losses)
    assert all(path.stat().st_mtime_ns == kept[path] for path in kept)  # nothing is done twice

    # The class: the same student, by the cookie alone, and what they had done.
    await page.go("join")
    channel = await fox.channel(page)
    await shown(channel, lambda said: said["me"].get("hand") and said["question"].get("mine") == 2)
    desk = await teacher.enter("class", f"teach={key}")
    assert server_of(desk, school) is not server
    board = await teacher.channel(desk)
    await shown(board, lambda said: said[f"tile {student.id}"].get("hand") == student.hand)
    after = view_of(school, key)
    assert after.question == before.question
    assert [each.id for each in after.students] == [student.id]
    note("the class is as it was")


@pytest.mark.parametrize("word", ["run", "class"])
def test_the_engine_of_one_machine_is_closed_to_the_network(word: str, tmp_path: Path) -> None:
    start = {
        "run": [sys.executable, "-m", "streamlit", "run", "app.py"],
        "class": [sys.executable, "-m", "ui.frame.classroom"],
    }
    env = {
        **os.environ,
        "DIGITSCOPE_CACHE": str(tmp_path),
        "STREAMLIT_SERVER_HEADLESS": "true",  # or it would open a browser
    }
    with hosts("teacher", "student") as there, quoting(there):
        teacher, student = there["teacher"], there["student"]
        teacher.start(start[word], env=env)
        # The server, and of the engine the scheduler and two nannies at least.
        wait_until(
            lambda: PORT in teacher.ports and len(teacher.ports) >= 4, PATIENCE, "nothing listens"
        )
        ports = teacher.ports
        knock = [sys.executable, "-c", KNOCK, "", ""]
        said = student.output([*knock, *(f"{teacher.address}:{port}" for port in ports)]).split()
        answers = dict(zip(ports, said, strict=True))
        assert answers.pop(PORT) == ("ConnectionRefusedError" if word == "run" else "200")
        assert set(answers.values()) == {"ConnectionRefusedError"}
        inside = teacher.output([*knock, *(f"127.0.0.1:{port}" for port in answers)]).split()
        assert inside.count("404") <= 1  # the scheduler's page, which has no content
        assert set(inside) - {"404"} == {"SSLError"}
