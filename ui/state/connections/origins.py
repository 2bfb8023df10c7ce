"""Whose pages may speak to this server: its own, and those of the sites that were named."""

import socket
from urllib.parse import urlsplit

import streamlit as st

ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation: nothing is ever sent to it


def own_address() -> str | None:
    """The address of this machine in its network; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as finder:
        try:
            finder.connect(ELSEWHERE)  # only chooses the way out; UDP sends nothing yet
        except OSError:
            return None
        address: str = finder.getsockname()[0]
        return address


def speaks_for_us(origin: str) -> bool:
    """Whether a page of this origin may open a WebSocket: it came from this server.

    The rule is Streamlit's, without its last resort: of an origin that it does not know it asks a
    service in the internet for this machine's address, and all pages wait for that.
    """
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        return False
    named = (st.get_option("browser.serverAddress"), *st.get_option("server.corsAllowedOrigins"))
    known = {urlsplit(name if "//" in name else f"//{name}").hostname for name in named if name}
    return (
        host in known | {"localhost", "127.0.0.1"}
        or (host is not None and host == own_address())
        or not st.get_option("server.enableCORS")
    )
