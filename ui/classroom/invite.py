"""The way into a class: an address that the room's devices reach, and a QR code of it."""

from dataclasses import asdict, dataclass
from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from ui.frame.classroom import EVERYWHERE
from ui.locale import say, to_say
from ui.state.connections.origins import own_address

HERE = ("localhost", "127.0.0.1", "::1")
NOT_OPEN = to_say(
    "Only this computer reaches the app now. Start it with “make class” to open it to the room.",
)
NO_NETWORK = to_say("This computer is in no network: others cannot reach it.")


@dataclass(frozen=True)
class Invite:
    """What fills the screen until a student comes.

    Attributes:
        address: to type, without what browsers add themselves.
        code: of the class.
        picture: the QR code of the address with the code in it, as an address of its own (data:…).
        note: why it will not work; empty as a rule.
    """

    address: str
    code: str
    picture: str
    note: str

    def data(self) -> dict[str, str]:
        """For the component."""
        return asdict(self)


def invite(code: str, seen: str, own: str | None, everywhere: bool) -> Invite:
    """Return the invitation to a class.

    Args:
        code: of the class.
        seen: the address at which the teacher has the page Class open.
        own: this machine's address in its network; None without one.
        everywhere: whether the server listens to the network.
    """
    parts = urlsplit(seen)
    host, note = parts.netloc, ""
    if parts.hostname in HERE:
        if not everywhere:
            note = say(NOT_OPEN)
        elif own is None:
            note = say(NO_NETWORK)
        else:
            host = own if parts.port is None else f"{own}:{parts.port}"
    path = parts.path.rpartition("/")[0] + "/join"
    whole = urlunsplit((parts.scheme, host, path, f"code={code}", ""))
    # Error correction M: it is read off a projector from the last row.
    picture = segno.make(whole, error="m", micro=False).svg_data_uri(scale=8, border=2)
    return Invite(f"{host}{path}", code, picture, note)


def invite_here(code: str) -> Invite:
    """The invitation as the teacher's page has it now."""
    everywhere = st.get_option("server.address") in (None, "", EVERYWHERE, "::")
    own = own_address() if everywhere else None
    return invite(code, st.context.url or "http://localhost/class", own, everywhere)
