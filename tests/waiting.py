"""Waiting for what tells nobody that it has come: files, processes, what another thread has done.

What can be awaited itself (an `Event`, `Run.wait`, Playwright's `expect`) is awaited there.
"""

import time
from collections.abc import Callable


def pause() -> None:
    """Let others work."""
    time.sleep(0.02)


def wait_until(
    holds: Callable[[], object],
    seconds: float,
    what: str | Callable[[], str],
    between: Callable[[], object] = pause,
) -> None:
    """Look again and again until something holds.

    Args:
        holds: whether it does now.
        seconds: after so many it is given up.
        what: is wanted; the failure says it.
        between: done between two looks.

    Raises:
        AssertionError: it did not hold in time.
    """
    late = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > late:
            wanted = what if isinstance(what, str) else what()
            raise AssertionError(f"after {seconds:g} s still not so: {wanted}")
        between()
