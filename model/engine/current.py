"""The engine of this process: one for all who need work done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from model.engine.dask_engine import DaskEngine
from model.engine.interface import Engine

E = TypeVar("E", bound=Engine)

_lock = threading.Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """Return the engine of this process; the first call starts it."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = DaskEngine()
            _engine.start()
        return _engine


@contextmanager
def using_engine(other: E) -> Iterator[E]:
    """Have `engine()` return another engine for a while, in all threads of this process.

    It is neither started nor closed here.
    """
    global _engine
    with _lock:
        before, _engine = _engine, other
    try:
        yield other
    finally:
        with _lock:
            _engine = before
