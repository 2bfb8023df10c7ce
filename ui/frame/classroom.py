"""Open the app to a classroom: `python -m ui.frame.classroom`, which is `make class`.

`streamlit run app.py` alone serves this machine only. This serves the network, prints the addresses
that others type, and lets pages opened at just these addresses speak to the server. It says, too,
what of the app is reached there, what stays closed, and where the code of a class comes from.
"""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from ui.state.connections.origins import own_address

APP = Path(__file__).resolve().parents[2] / "app.py"
PORT = 8501
EVERYWHERE = "0.0.0.0"


def names_of(host: str) -> list[str]:
    """The names under which others may find a machine.

    Its own, where the network's router knows it, and name.local, which most devices ask each other
    for without one (multicast DNS, RFC 6762).
    """
    host = host.lower().rstrip(".")
    return [host] if "." in host else [f"{host}.local", host]


def words(address: str, names: Sequence[str], port: int) -> str:
    """What a teacher reads in the terminal."""
    others = "".join(f"\n  or, where it works,  http://{name}:{port}" for name in names)
    return f"""
  The class opens      http://{address}:{port}{others}
  Its code             open a class: http://localhost:{port}/class on this computer
                       shows the code, and a QR code that holds it
  Reachable            the pages, and the channels of the pen and of the class, for
                       everybody in this network
  Closed               the ports of the engine (this computer only, TLS), the server's
                       metrics, and pages of other sites
"""


def command(address: str, names: Sequence[str], port: int) -> list[str]:
    """The command that serves the network at this address and under these names."""
    return [
        *(sys.executable, "-m", "streamlit", "run", str(APP)),
        f"--server.address={EVERYWHERE}",
        f"--server.port={port}",
        f"--browser.serverAddress={address}",
        *(f"--server.corsAllowedOrigins=http://{name}:{port}" for name in names),
        "--server.headless=true",
    ]


def main() -> None:
    """Print where the class finds the app, and become its server."""
    port = int(os.environ.get("STREAMLIT_SERVER_PORT", PORT))
    address, names = own_address(), names_of(socket.gethostname())
    if address is None:
        sys.exit("This machine is in no network: others cannot reach it. Use `make run`.")
    print(words(address, names, port), flush=True)
    os.execv(sys.executable, command(address, names, port))


if __name__ == "__main__":
    main()
