"""What the server tells a browser with each answer, what it refuses, and where it listens."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from email.message import Message
from pathlib import Path

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.benchmarks.student import Student
from tests.browser.conftest import ROOT, end_server, free_port, start_server, wait_until_healthy
from ui.frame.classroom import names_of
from ui.frame.doors.doors import frame_policy
from ui.state.connections.origins import own_address, speaks_for_us
from ui.state.my_runs import OWNER_COOKIE, secret_in

BASE = "school/digits"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, Path]]:
    """The app below a path: its address, its process, and what it writes."""
    log = tmp_path_factory.mktemp("doors") / "log"
    url, server = start_server(ROOT / "app.py", log, BASE)
    yield url, server.pid, log
    end_server(server, log)


def get(url: str, cookie: str = "") -> tuple[int, Message]:
    request = urllib.request.Request(url, headers={"Cookie": cookie} if cookie else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers


@pytest.mark.slow
def test_every_answer_has_the_headers(server: tuple[str, int, Path]) -> None:
    for path in ("/", "/draw", "/_stcore/health", "/nothing-here.js"):
        _, headers = get(server[0] + path)
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Content-Security-Policy"] == "frame-ancestors 'self'", path


@pytest.mark.slow
def test_what_tells_strangers_about_the_server_is_closed(server: tuple[str, int, Path]) -> None:
    for path in ("metrics", "script-health-check", "agent/openapi.json", "agent/interact"):
        assert get(f"{server[0]}/_stcore/{path}")[0] == 404, path
    assert get(f"{server[0]}/_stcore/health")[0] == 200


@pytest.mark.slow
def test_a_browser_gets_one_secret_that_no_script_can_read(server: tuple[str, int, Path]) -> None:
    _, headers = get(server[0] + "/draw")
    cookie = headers["Set-Cookie"]
    secret = re.match(rf"{OWNER_COOKIE}=([A-Za-z0-9_-]{{43}});", cookie)
    assert secret is not None, cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    _, again = get(server[0] + "/draw", f"other=1; {OWNER_COOKIE}={secret[1]}")
    assert OWNER_COOKIE not in str(again["Set-Cookie"])
    _, wrong = get(server[0] + "/draw", f"{OWNER_COOKIE}=guessed")
    assert wrong["Set-Cookie"] is not None
    assert OWNER_COOKIE not in str(get(server[0] + "/_stcore/health")[1]["Set-Cookie"])


@pytest.mark.slow
def test_whatever_a_program_sends_in_a_component_s_name_its_page_goes_on(
    server: tuple[str, int, Path],
) -> None:
    junk = ["[" * 100_000, "[" * 5_000 + "]" * 5_000, "1" * 5_000, "{{{", "null", '{"drawing": 7}']

    async def send_all() -> int:
        student = await Student.enter(server[0], "draw")
        for text in junk:
            message = BackMsg()
            message.rerun_script.page_name = "draw"
            message.rerun_script.fragment_id = student.fragment
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.json_value = student.canvas, text
            await student.run(message)
        await student.leave()
        return student.faults

    async def closed_with(frame: bytes | str) -> int | None:
        student = await Student.enter(server[0], "draw")
        await student.socket.send(frame)
        with suppress(ConnectionClosed):
            while True:
                await student.socket.recv()
        return student.socket.close_code

    assert asyncio.run(send_all()) == 0
    assert [asyncio.run(closed_with(frame)) for frame in (b"\xff" * 9, "text")] == [1007, 1007]
    assert "Traceback" not in server[2].read_text()


@pytest.mark.slow
def test_the_server_listens_on_this_machine_only(server: tuple[str, int, Path]) -> None:
    listening = {
        connection.laddr.ip
        for connection in psutil.Process(server[1]).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


@pytest.mark.slow
def test_a_class_reaches_the_server_at_the_addresses_that_were_printed(tmp_path: Path) -> None:
    address, port = own_address(), free_port()
    if address is None:
        pytest.skip("this machine is in no network")
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "ui.frame.classroom"],
            env=os.environ | {"STREAMLIT_SERVER_PORT": str(port)},
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )

    async def opens(origin: str) -> bool:
        stream = f"ws://{address}:{port}/_stcore/stream"
        protocols = [Subprotocol("streamlit")]
        try:
            async with connect(stream, subprotocols=protocols, origin=Origin(origin)):
                return True
        except InvalidStatus:
            return False

    try:
        wait_until_healthy(server, f"http://{address}:{port}")
        told = log.read_text()
        printed = re.findall(r"https?://[^\s]+", told)
        assert {address, *names_of(socket.gethostname())} <= {
            url.split("//")[1].split(":")[0] for url in printed
        }
        assert f"http://localhost:{port}/class" in printed  # where the code comes from
        for line in ("Reachable  ", "Closed  "):
            assert line in told
        for url in printed:
            assert asyncio.run(opens(url)), url
        assert not asyncio.run(opens("http://elsewhere.example"))
    finally:
        server.terminate()
        server.wait(20)


def test_a_machine_is_found_by_its_name_and_by_name_local() -> None:
    assert names_of("Teacher") == ["teacher.local", "teacher"]
    assert names_of("teacher.local") == ["teacher.local"]
    assert names_of("room7.school.example.") == ["room7.school.example"]


def test_pages_of_other_sites_may_not_speak_to_the_server() -> None:
    for ours in ("http://localhost:8501", "http://127.0.0.1", f"http://{own_address()}"):
        assert speaks_for_us(ours), ours
    for other in ("http://elsewhere.example", "null", "", "http://[", "http://localhost.example"):
        assert not speaks_for_us(other), other


def test_a_school_names_the_sites_that_may_show_the_app_in_a_frame() -> None:
    policy = frame_policy({"DIGITSCOPE_FRAME_ANCESTORS": "https://a.example https://*.b.example:8"})
    assert policy == "frame-ancestors 'self' https://a.example https://*.b.example:8"
    for wrong in ("*", "a.example", "https://a.example; script-src *", "https://a/\r\nX: y"):
        with pytest.raises(ValueError, match="no origin"):
            frame_policy({"DIGITSCOPE_FRAME_ANCESTORS": wrong})


def test_a_secret_has_its_full_length() -> None:
    assert secret_in({OWNER_COOKIE: "x" * 43}) == "x" * 43
    for wrong in ("", "x" * 42, "x" * 44, "x" * 42 + "/", json.dumps("x" * 41)):
        assert secret_in({OWNER_COOKIE: wrong}) is None
    assert secret_in({}) is None
