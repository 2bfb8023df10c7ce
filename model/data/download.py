"""Full MNIST from the internet, on request: one download at a time, with progress.

The file goes where Keras keeps it, so that one download serves both. It is written beside its place
first, its SHA-256 compared with the one that Keras publishes, and only then renamed: an unfinished
or damaged file never stands where a good one is expected.
"""

import contextlib
import hashlib
import http.client
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal

from model.data.mnist import full_path

SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
SECONDS = 15.0
"""Without a byte for so long, the network counts as gone."""
CHUNK = 1 << 16
LARGEST = 64_000_000  # bytes; the file has 11,490,434

Phase = Literal["idle", "running", "done", "failed"]


class DownloadReason(StrEnum):
    """Why a download failed."""

    OTHER_CONTENT = "what arrived has another checksum"
    TOO_LARGE = "what arrives is far too large"
    CANCELLED = "cancelled"
    UNREACHABLE = "the server cannot be reached"
    NOT_WRITTEN = "the file could not be written"


class DownloadError(RuntimeError):
    """The download cannot be had; `reason` says why."""

    def __init__(self, reason: DownloadReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class DownloadState:
    """How far it is.

    Attributes:
        phase: what it does.
        share: of the file that has arrived, from 0 to 1.
        reason: why it failed; None otherwise.
        detail: what the operating system said, where the file could not be written.
    """

    phase: Phase
    share: float = 0.0
    reason: DownloadReason | None = None
    detail: str = ""


class Download:
    """One file, fetched in a thread of its own; a second start while it runs changes nothing.

    Args:
        source: where from; an http(s) or file address.
        sha256: what the content must have.
        target: where to.
    """

    def __init__(self, source: str, sha256: str, target: Path) -> None:
        self.source, self.sha256, self.target = source, sha256, target
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._state = DownloadState("idle")

    @property
    def state(self) -> DownloadState:
        """How far it is now."""
        return self._state

    def start(self) -> None:
        """Begin, or begin again after a failure. Returns at once."""
        with self._lock:
            if self._state.phase != "running":
                self._cancelled.clear()
                self._state = DownloadState("running")
                threading.Thread(target=self._work, name="download", daemon=True).start()

    def cancel(self) -> None:
        """Give it up; what came so far is deleted."""
        self._cancelled.set()

    def _work(self) -> None:
        part = self.target.with_suffix(".part")
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            digest = self._fetch(part)
            if digest != self.sha256:
                raise DownloadError(DownloadReason.OTHER_CONTENT)
            part.replace(self.target)
            self._state = DownloadState("done", 1.0)
        except DownloadError as error:
            self._state = DownloadState("failed", reason=error.reason)
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException):
            self._state = DownloadState("failed", reason=DownloadReason.UNREACHABLE)
        except OSError as error:
            self._state = DownloadState(
                "failed", reason=DownloadReason.NOT_WRITTEN, detail=f"{part.parent}: {error}"
            )
        finally:
            with contextlib.suppress(OSError):  # the next download writes over it
                part.unlink(missing_ok=True)

    def _fetch(self, part: Path) -> str:
        digest, done = hashlib.sha256(), 0
        with urllib.request.urlopen(self.source, timeout=SECONDS) as answer, part.open("wb") as out:
            size = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(CHUNK):
                if self._cancelled.is_set():
                    raise DownloadError(DownloadReason.CANCELLED)
                done += len(chunk)
                if done > LARGEST:
                    raise DownloadError(DownloadReason.TOO_LARGE)
                out.write(chunk)
                digest.update(chunk)
                self._state = DownloadState("running", min(done / size, 1.0) if size else 0.0)
        return digest.hexdigest()


@lru_cache(maxsize=1)
def mnist_download() -> Download:
    """The server's one download of full MNIST."""
    return Download(SOURCE, SHA256, full_path())
