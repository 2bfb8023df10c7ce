"""What the tests of several wings share."""

from collections.abc import Iterator

import pytest

from model.engine import DaskEngine


@pytest.fixture(scope="module")
def real() -> Iterator[DaskEngine]:
    """An engine with real processes, whose workers load TensorFlow when they need it."""
    engine = DaskEngine(warm_up=False)
    engine.start()
    yield engine
    engine.close()
