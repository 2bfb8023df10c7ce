"""The processes of an engine, as tests look at them."""

import contextlib

import psutil

from model.engine import DaskEngine


def child_of(engine: DaskEngine) -> int:
    assert engine.process is not None
    return engine.process


def processes_of(engine: DaskEngine) -> list[psutil.Process]:
    """Its program, what that has started, and the helper with the workers that it has forked."""
    own = [psutil.Process(child_of(engine))]
    if engine.helper is not None:
        own.append(psutil.Process(engine.helper))
    return [each for top in own for each in (top, *top.children(recursive=True))]


def running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run: a zombie has ended, its parent has only not looked."""
    alive = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def certificate_of(engine: DaskEngine) -> tuple[str, str]:
    assert engine._link is not None
    held = engine._link.client.security
    return held.tls_ca_file, held.tls_client_key
