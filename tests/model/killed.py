"""Real processes that tests kill: an engine's, and programs in a Python of their own.

DIGITSCOPE_KILLS says how often each process is killed (20 for the full proof).
"""

import os
import subprocess
import sys
from pathlib import Path

from model.engine import DaskEngine

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("DIGITSCOPE_KILLS", "1"))
PATIENCE = 600.0  # seconds until a test gives up; on two quiet cores it needs ten


def worker_that_trains(engine: DaskEngine) -> int:
    """Its process: experiments are measured there, too."""
    return engine.submit(os.getpid).result(120)


def engine_process(engine: DaskEngine) -> int:
    """The process of the engine's own program."""
    engine.within(PATIENCE).run(abs, -1)  # an engine just killed may not be missed yet
    assert engine.process is not None
    return engine.process


def started(program: str, cache: Path, *arguments: str) -> subprocess.Popen[str]:
    """A Python program with a cache folder of its own, and pipes to talk with it."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DIGITSCOPE_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
