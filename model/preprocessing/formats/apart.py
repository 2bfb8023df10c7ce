"""Runs a reader of pictures in a process of its own, whose time and memory are bounded.

What it took goes with it. Without this the app's own process would keep some of it, and two such
pictures at once would take twice as much there.
"""

import os
import subprocess
import sys
from pathlib import Path

SECONDS, MEMORY = 30, 2_000_000_000
"""What the process may use: seconds of processor time, and bytes of address space."""
PATIENCE = 3 * SECONDS
"""Seconds until it is ended in any case: a busy machine gives it less than a processor."""
ROOT = Path(__file__).resolve().parents[3]


class ApartError(ValueError):
    """The process ended without a result; it holds what the process has said instead."""


def run_apart(module: str, content: bytes) -> bytes:
    """Run a module with `content` as its standard input; return its standard output.

    Raises:
        ApartError: it ended with another status than 0, or took too much time or memory.
    """
    command = [sys.executable, "-P", "-m", module]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env=environment,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ApartError("") from error
    if done.returncode:
        raise ApartError(done.stdout[:100].decode("ascii", "replace"))
    return done.stdout


def limit_this_process() -> None:
    """Bound this process, where the system can do that."""
    try:
        import resource
    except ImportError:  # Windows: only time is bounded there, by the caller
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
