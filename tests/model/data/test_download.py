import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from model.data import download
from model.data.download import Download, DownloadReason, DownloadState
from tests.waiting import wait_until

CONTENT = bytes(range(256)) * 2_000
SECONDS = 60


class Source(BaseHTTPRequestHandler):
    """Serves CONTENT: whole, in two halves, cut off, or an error, as the path says."""

    requests = 0
    second_half = threading.Event()

    def do_GET(self) -> None:
        type(self).requests += 1
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        try:
            if self.path == "/stalled":
                self.wfile.write(CONTENT[:1000])
                self.rfile.read(1)  # returns when the other side has given up
            elif self.path == "/halves":
                self.wfile.write(CONTENT[: len(CONTENT) // 2])
                assert self.second_half.wait(SECONDS)
                self.wfile.write(CONTENT[len(CONTENT) // 2 :])
            elif self.path == "/cut":
                self.wfile.write(CONTENT[:1000])
            else:
                self.wfile.write(CONTENT)
        except ConnectionError:
            return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def source():
    Source.requests = 0
    Source.second_half.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def finished(made: Download) -> DownloadState:
    wait_until(lambda: made.state.phase != "running", SECONDS, "the download has ended")
    return made.state


def fetch(source: str, tmp_path: Path, sha256: str | None = None) -> Download:
    digest = sha256 or hashlib.sha256(CONTENT).hexdigest()
    made = Download(source, digest, tmp_path / "datasets" / "mnist.npz")
    made.start()
    return made


def test_a_whole_file_arrives_under_its_name(source: str, tmp_path: Path) -> None:
    made = fetch(f"{source}/whole", tmp_path)
    assert finished(made) == DownloadState("done", 1.0)
    assert made.target.read_bytes() == CONTENT
    assert list(made.target.parent.iterdir()) == [made.target]


@pytest.mark.parametrize(
    ("path", "sha256", "reasons"),
    [
        ("/missing", None, {DownloadReason.UNREACHABLE}),
        ("/cut", None, {DownloadReason.UNREACHABLE, DownloadReason.OTHER_CONTENT}),
        ("/stalled", None, {DownloadReason.UNREACHABLE}),
        ("/whole", "0" * 64, {DownloadReason.OTHER_CONTENT}),
    ],
)
def test_a_failure_has_a_reason_and_leaves_nothing(
    path: str,
    sha256: str | None,
    reasons: set[DownloadReason],
    source: str,
    tmp_path: Path,
    monkeypatch,
) -> None:
    monkeypatch.setattr(download, "SECONDS", 0.5)
    made = fetch(source + path, tmp_path, sha256)
    state = finished(made)
    assert state.phase == "failed"
    assert state.reason in reasons
    assert not list(made.target.parent.iterdir())


def test_no_server_is_a_reason(tmp_path: Path) -> None:
    made = fetch("http://127.0.0.1:9/mnist.npz", tmp_path)
    assert finished(made).reason is DownloadReason.UNREACHABLE


def test_two_starts_are_one_download_and_cancel_ends_it(source: str, tmp_path: Path) -> None:
    made = fetch(f"{source}/halves", tmp_path)
    made.start()
    wait_until(lambda: 0 < made.state.share < 1, SECONDS, "some of it is there")
    made.cancel()
    Source.second_half.set()
    assert finished(made).reason is DownloadReason.CANCELLED
    assert Source.requests == 1
    assert not made.target.exists()
    made.start()  # and again, to the end
    assert finished(made).phase == "done"
