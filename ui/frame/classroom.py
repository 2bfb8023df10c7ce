"""Open the app to a classroom: `python -m ui.frame.classroom`, which is `make class`.

`streamlit run app.py` alone serves this machine only. This serves the network, prints the addresses
that others type, and lets pages opened at just these addresses speak to the server.
"""

import os
import socket
import sys
from pathlib import Path

from ui.state.connections.origins import own_address

APP = Path(__file__).resolve().parents[2] / "app.py"
PORT = 8501
EVERYWHERE = "0.0.0.0"


def command(address: str, name: str, port: int) -> list[str]:
    """The command that serves the network at this address and under this name."""
    return [
        *(sys.executable, "-m", "streamlit", "run", str(APP)),
        f"--server.address={EVERYWHERE}",
        f"--server.port={port}",
        f"--browser.serverAddress={address}",
        f"--server.corsAllowedOrigins=http://{name}:{port}",
        "--server.headless=true",
    ]


def main() -> None:
    """Print where the class finds the app, and become its server."""
    port = int(os.environ.get("STREAMLIT_SERVER_PORT", PORT))
    address, name = own_address(), socket.gethostname().lower()
    if address is None:
        sys.exit("This machine is in no network: others cannot reach it. Use `make run`.")
    print(f"\n  The class opens      http://{address}:{port}")
    print(f"  or, where it works,  http://{name}:{port}\n", flush=True)
    os.execv(sys.executable, command(address, name, port))


if __name__ == "__main__":
    main()
