"""Who may change a run, and what other servers ask of it."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from model.data import lease
from model.data.cache import write_atomically
from model.data.lease import Lease, Owner, this_server
from model.runs import events
from model.runs.inbox import Inbox
from tests.junk import mutated

ROOT = Path(__file__).resolve().parents[3]
FAR_AWAY = "another machine"
HOLDER = """
import sys
from pathlib import Path
from model.data.lease import Lease, this_server
assert Lease(Path(sys.argv[1]), this_server()).take()
print("held", flush=True)
sys.stdin.read()
"""


def elsewhere() -> Owner:
    """A server whose process cannot be seen from here."""
    return replace(this_server(), place=FAR_AWAY)


def test_one_holds_it_until_it_is_given_back(tmp_path: Path) -> None:
    first, second = Lease(tmp_path, this_server()), Lease(tmp_path, this_server())
    assert first.take()
    assert first.take()
    assert not second.take()
    assert second.is_anothers()
    assert not first.is_anothers()
    first.give_back()
    assert not second.is_anothers()
    assert second.take()
    assert not first.still_held()
    assert not first.take()
    second.give_back()


def test_of_many_who_want_it_one_gets_it(tmp_path: Path) -> None:
    for number in range(20):
        gone = replace(this_server(), started=0.0)
        if number % 2:
            assert Lease(tmp_path, gone).take()  # theirs to take over
        leases = [Lease(tmp_path, this_server()) for _ in range(6)]
        ready = threading.Barrier(len(leases))
        got: list[Lease] = []

        def want(each: Lease, ready: threading.Barrier = ready, got: list[Lease] = got) -> None:
            ready.wait(60)
            if each.take():
                got.append(each)

        threads = [threading.Thread(target=want, args=(each,)) for each in leases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        holders = [each for each in got if each.still_held()]
        assert len(holders) == 1
        holders[0].give_back()


def test_one_that_is_not_renewed_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, other = Lease(tmp_path, elsewhere()), Lease(tmp_path, this_server())
    assert owner.take()
    clock = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    assert not other.take()
    clock += lease.LEASE_SECONDS - 1
    assert not other.take()
    os.utime(tmp_path / "server" / "owner-000001.json", (time.time() - 60, time.time() - 60))
    assert not other.take()  # it was renewed meanwhile, by a clock that goes wrong
    clock += lease.LEASE_SECONDS + 1
    assert other.take()
    assert not owner.still_held()
    other.give_back()


def test_a_server_renews_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = threading.Event()
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(Lease, "renew", lambda _: renewed.set())
    held = Lease(tmp_path, this_server())
    assert held.take()
    assert renewed.wait(60)
    held.give_back()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"server": 1}'])
def test_one_that_cannot_be_read_ends_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    write_atomically(tmp_path / "server" / "owner-000007.json", content)
    other, clock = Lease(tmp_path, this_server()), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    assert not other.take()
    clock += lease.LEASE_SECONDS + 1
    assert other.take()
    assert [path.name for path in (tmp_path / "server").iterdir()] == ["owner-000008.json"]
    other.give_back()


def test_a_disk_that_takes_no_files_has_nothing_to_share(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    alone = Lease(tmp_path / "file" / "run", this_server())
    assert alone.take()
    assert alone.still_held()
    alone.give_back()
    assert not alone.still_held()


def test_one_whose_file_is_gone_is_to_be_taken_again(tmp_path: Path) -> None:
    owner = Lease(tmp_path, this_server())
    assert owner.take()
    (tmp_path / "server" / "owner-000001.json").unlink()
    assert not owner.still_held()  # somebody deleted it, or held it since and gave it back
    assert owner.take()
    assert Lease(tmp_path, this_server()).is_anothers()
    owner.give_back()


def test_the_lease_of_a_killed_server_is_free_at_once(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    other = Lease(tmp_path, this_server())
    assert not other.take()
    holder.kill()
    holder.communicate()
    assert other.take()
    other.give_back()


EVERY = (
    events.Resume(),
    events.More(10),
    events.OneEpoch(),
    events.OneBatch(),
    events.Pause(),
    events.Stop(),
    events.SetRate(0.01),
    events.SetSlow(True),
    events.Rename("Größe <b>7</b>"),
    events.Pin(True),
    events.Delete(False),
)


def test_what_is_asked_for_arrives_once_and_in_order(tmp_path: Path) -> None:
    assert {type(command) for command in EVERY} == set(get_args(events.Command))
    here, there = Inbox(tmp_path), Inbox(tmp_path)
    for command in EVERY:
        there.send(command)
    assert here.received() == list(EVERY)
    assert here.received() == []


def test_it_is_told_that_somebody_looks(tmp_path: Path) -> None:
    here, there = Inbox(tmp_path), Inbox(tmp_path)
    assert not here.was_watched()
    there.watch()
    assert here.was_watched()
    assert not here.was_watched()


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"command": "AppFailed", "values": {}},
        {"command": ["More"], "values": {}},
        {"command": "More", "values": {}},
        {"command": "More", "values": {"epochs": 10**9}},
        {"command": "More", "values": {"epochs": True}},
        {"command": "SetRate", "values": {"rate": 1e9}},
        {"command": "Rename", "values": {"title": ""}},
        {"command": "Rename", "values": {"title": "x" * 100}},
        {"command": "Pause", "values": None},
    ],
)
def test_nothing_else_is_a_command(tmp_path: Path, said: object) -> None:
    path = tmp_path / "inbox" / "00.json"
    write_atomically(path, json.dumps(said).encode())
    assert Inbox(tmp_path).received() == []
    assert not path.exists()


def test_damaged_commands_do_no_harm(tmp_path: Path) -> None:
    chance, inbox = np.random.default_rng(0), Inbox(tmp_path)
    for command in EVERY:
        inbox.send(command)
    whole = [path.read_bytes() for path in sorted((tmp_path / "inbox").iterdir())]
    for number in range(200):
        content = mutated(whole[number % len(whole)], chance)
        write_atomically(tmp_path / "inbox" / f"{number}.json", content)
    assert len(inbox.received()) < 200
    assert not list((tmp_path / "inbox").iterdir())
