"""How long a server that is told to end waits for those who are still connected."""

import signal

import uvicorn

LET_GO_SECONDS = 3
"""Connections that are told of the end are gone in a tenth of a second; a page that is being sent
has this long."""


def end_in_time() -> None:
    """Let the server of this process end though a connection stays open.

    To be called once it runs. Uvicorn tells all connections, then waits without a limit until they
    are gone: for a browser that does not read on, and for one that was accepted just as the server
    stopped listening, which is told nothing. Streamlit leaves Uvicorn's limit unset and hands
    nobody the server; it is found by the signal that ends it. Under another server than Uvicorn
    nothing is changed.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server):
        server.config.timeout_graceful_shutdown = LET_GO_SECONDS
