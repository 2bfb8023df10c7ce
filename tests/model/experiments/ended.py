"""What a generator of signs of life returns in the end."""

from collections.abc import Generator
from typing import TypeVar

from model.experiments import Working

T = TypeVar("T")


def ended(steps: Generator[Working, None, T]) -> T:
    """Let it work to its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found
