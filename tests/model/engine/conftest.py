"""An engine with real processes, for the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import dask
import pytest

from model.engine import DaskEngine
from tests.model.engine.processes import certificate_of, processes_of, running
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def engine() -> Iterator[DaskEngine]:
    engine = DaskEngine(warm_up=False)
    engine.start()
    wait_until(lambda: engine.answering == 2, 60, "both workers answer")
    yield engine
    processes = processes_of(engine)
    engine.close()
    wait_until(lambda: not running(processes), 5, "no process is left")


@pytest.fixture
def cluster_settings(engine: DaskEngine, tmp_path: Path) -> Iterator[None]:
    """Dask's settings as the environment of a cluster's machine gives them."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    for path, content in zip((certificate, key), certificate_of(engine), strict=True):
        path.write_text(content)
    tls = "distributed.comm.tls"
    settings = {
        "distributed.comm.require-encryption": True,
        f"{tls}.ca-file": str(certificate),
        f"{tls}.client.cert": str(certificate),
        f"{tls}.client.key": str(key),
    }
    with dask.config.set(settings):
        yield
