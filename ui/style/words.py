"""Numbers and names as a person says them."""

import math
import re

from model.network import Network
from ui.locale import say

_MARKDOWN = re.compile(r"([\\`*_~$:#<>\[\]|&]|(?<=^)[-+=]|(?<=^\d)[.)])")


def plain(text: str) -> str:
    """What a person typed, for a sentence in Markdown: stars and the like stand for themselves."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def about(network: Network, source: str = "") -> str:
    """Which network a page shows, and which digit if there is one: the line below its title."""
    return say("Network: {origin}.", origin=plain(network.origin)) + (
        say(" Digit: {source}.", source=source) if source else ""
    )


def percent(share: float, apart_from: float | None = None) -> str:
    """A share of 1 as "99.8%", with more places where one would hide what it says.

    Args:
        share: 0 to 1. What is below 1 never reads "100.0%", and what is above 0 never "0.0%" when
            more places, up to six, can tell it apart.
        apart_from: another share that is told beside it and must read differently if it differs.
    """
    text = f"{share:.1%}"
    for places in range(1, 7):
        text = f"{share:.{places}%}"
        hidden = (0 < share < 1) and float(text[:-1]) in (0, 100)
        alike = apart_from is not None and apart_from != share
        if not hidden and not (alike and text == f"{apart_from:.{places}%}"):
            break
    return text


def duration(seconds: float | None) -> str:
    """Seconds as words: "20 s", "1 min 20 s", "2 h 05 min"; a dash when they are not known."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return (
            say("{minutes} min {rest:02} s", minutes=minutes, rest=rest)
            if rest
            else say("{minutes} min", minutes=minutes)
        )
    return say("{whole} h {whole2:02} min", whole=whole // 3600, whole2=whole % 3600 // 60)
