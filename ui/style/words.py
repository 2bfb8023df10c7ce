"""Numbers and names as a person says them."""

import math
import re
from collections.abc import Sequence

from model.network import Network
from ui.locale import number_text, say, to_say
from ui.locale.sentence import listed, paragraph

_MARKDOWN = re.compile(r"([\\`*_~$:#<>\[\]|&]|(?<=^)[-+=]|(?<=^\d)[.)])")

_GIVEN_NAMES = (
    to_say("Shipped network"),
    to_say("Run {number}"),
    to_say("League {number}"),
    to_say("Our digits {number}"),
    to_say("random weights"),
    to_say("{name}, epoch {epoch}, batch {batch}"),
    to_say("{name}, epoch {epoch}"),
    to_say("{name}, changed"),
    to_say("{name}, taught 1 digit"),
    to_say("{name}, taught {count} digits"),
    to_say("{name}, float16"),
    to_say("{name}, int8 weights"),
    to_say("{name}, int8"),
    to_say("{name}, {share} of its weights set to zero"),
    to_say("{name}: {share} zeros, trained on"),
    to_say("{name}: large student, alone"),
    to_say("{name}: large student, distilled"),
    to_say("{name}: middle student, alone"),
    to_say("{name}: middle student, distilled"),
    to_say("{name}: small student, alone"),
    to_say("{name}: small student, distilled"),
    to_say("{name}: the student that never saw a 3"),
)
"""What the app calls networks and trainings, in `model` and in files; the first that fits."""
_VALUES = {"name": ".+", "share": r"\d+%"}
_NUMBER = r"\d+"
"""What stands for the names in their braces: for most a whole number."""


def _form(message: str) -> re.Pattern[str]:
    """What a name looks like that was made of this message."""
    return re.compile(
        re.sub(
            r"\\{(\w+)\\}",
            lambda brace: f"(?P<{brace[1]}>{_VALUES.get(brace[1], _NUMBER)})",
            re.escape(message),
        )
    )


_FORMS = tuple((_form(message), message) for message in _GIVEN_NAMES)


def name_words(name: str) -> str:
    """A network's origin or a run's title as the page says it.

    `model` and files have them in English. What a person has typed is no name of the app's and
    stays as it is.

    Args:
        name: "Run 1, epoch 3", "Shipped network", "My best one".
    """
    for form, message in _FORMS:
        found = form.fullmatch(name)
        if found is not None:
            values = found.groupdict()
            if "name" in values:
                values["name"] = name_words(values["name"])
            return say(message, **values)
    return name


def plain(text: str) -> str:
    """What a person typed, for a sentence in Markdown: stars and the like stand for themselves."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def all_of(items: Sequence[str]) -> str:
    """As in a sentence: "1", "1 and 2", "1, 2 and 3"."""
    *others, last = items
    return say("{some} and {last}", some=listed(others), last=last) if others else last


def about(network: Network, source: str = "") -> str:
    """Which network a page shows, and which digit if there is one: the line below its title."""
    return paragraph(
        say("Network: {origin}.", origin=plain(name_words(network.origin))),
        say("Digit: {source}.", source=source) if source else "",
    )


def percent(share: float, apart_from: float | None = None) -> str:
    """A share of 1 as "99.8%", with more places where one would hide what it says.

    Args:
        share: 0 to 1. What is below 1 never reads "100.0%", and what is above 0 never "0.0%" when
            more places, up to six, can tell it apart.
        apart_from: another share that is told beside it and must read differently if it differs.
    """
    places = 1
    for places in range(1, 7):
        text = f"{share:.{places}%}"
        hidden = (0 < share < 1) and float(text[:-1]) in (0, 100)
        alike = apart_from is not None and apart_from != share
        if not hidden and not (alike and text == f"{apart_from:.{places}%}"):
            break
    return number_text(share, f".{places}%")


def duration(seconds: float | None) -> str:
    """Seconds as words: "20 s", "1 min 20 s", "2 h 05 min"; a dash when they are not known."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return say("{seconds} s", seconds=whole)
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        if not rest:
            return say("{minutes} min", minutes=minutes)
        return say("{minutes} min {seconds:02} s", minutes=minutes, seconds=rest)
    return say("{hours} h {minutes:02} min", hours=whole // 3600, minutes=whole % 3600 // 60)
