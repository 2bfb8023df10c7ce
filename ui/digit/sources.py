"""Where a digit on the Draw page comes from: the sheet, a file, the camera, the test digits."""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import streamlit as st

from model.data import mnist
from ui.components.canvas import DrawnSheet, canvas
from ui.components.uploader import Holds, beside
from ui.digit.test_digits import LastPick, linked_digit, picked_test_digit, test_digit, told_ink
from ui.locale import say, to_say
from ui.locale.sentence import Sentence
from ui.state.address import keep, start
from ui.state.classroom.shown import Part, hides
from ui.state.properties import DIGIT, INK, SOURCE
from ui.state.session import DRAWING, ChosenDigit, of_page, widget_state

SOURCES = (to_say("Draw"), to_say("Upload"), to_say("Camera"), to_say("Test digits"))
"""The address names them so, too."""
MOST_BYTES = 30_000_000
"""Of all pictures of one person."""
FILES = (to_say("Upload"), to_say("Camera"))
OPENED = to_say("Opened digit")
"""A digit that another page opened in Draw; on offer once there is one."""
DRAW = to_say("Draw a digit")
NO_CAMERA = to_say(
    "Browsers lend the camera only to pages on https or on this very computer "
    "(localhost). Take a photo with a phone and use Upload instead.",
)


@dataclass(frozen=True)
class PictureFile:
    """A picture that somebody uploaded or took; `digest` tells its content from all others."""

    name: str
    content: bytes = field(repr=False)
    digest: str


@dataclass
class Sources:
    """What one person has given to be read.

    Attributes:
        pictures: by source.
        removed: sources whose picture its person took away.
        followed: of several digits the one that was picked: their sheet, its place.
        opened: the digit that another page opened in Draw, and how many there were so far.
    """

    pictures: dict[str, PictureFile] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    followed: tuple[str, int] = ("", 0)
    opened: tuple[int, ChosenDigit] | None = None

    def open(self, digit: ChosenDigit) -> None:
        """Offer a digit in Draw, in the place of the one before."""
        self.opened = ((self.opened[0] if self.opened else 0) + 1, digit)


@dataclass(frozen=True, eq=False)
class Given:
    """What there is to read, and where it is from.

    Attributes:
        content: a drawing, a picture file, or a digit as the network receives it; None: nothing.
        words: where it is from; or what to do where there is nothing.
    """

    content: DrawnSheet | PictureFile | ChosenDigit | None
    words: Sentence

    @property
    def finished(self) -> bool:
        """Whether it stays as it is: False while the pen draws."""
        return not isinstance(self.content, DrawnSheet) or self.content.finished

    @property
    def sheet(self) -> str:
        """Names what the digits are on, to remember which of them is followed."""
        return self.content.digest if isinstance(self.content, PictureFile) else "sheet"

    @property
    def followed(self) -> int | None:
        """The place of the digit on it that was picked; None: nobody has picked one."""
        sheet, place = of_page(Sources).followed
        return place if sheet == self.sheet else None


def source() -> str:
    """Let the person choose where the digit comes from."""
    linked = linked_digit()
    if linked is not None and linked.place is None:
        of_page(Sources).open(linked)
    opened = of_page(Sources).opened
    # A digit that another page opened here is one more source, in a new widget that begins with it.
    offered = tuple(each for each in SOURCES if not (each in FILES and hides(Part.FILES)))
    options = offered if opened is None else (*offered, OPENED)
    first = start(SOURCE, offered, offered[0])
    chosen = str(
        st.segmented_control(
            say("Where the digit comes from"),
            options,
            required=True,
            wrap=True,
            format_func=say,
            default=first if opened is None else OPENED,
            key=f"source{'' if offered == SOURCES else '_no_files'}"
            if opened is None
            else f"source_{opened[0]}",
            label_visibility="collapsed",
            persist_state="session",
        )
    )
    last = of_page(LastPick)
    if chosen == "Test digits" and last.place is None:
        last.place = start(DIGIT, range(len(mnist.embedded().test)), None)
    _tell_source(chosen)
    return chosen


def _tell_source(chosen: str) -> None:
    """Let a tab that is loaded again open at the same source, and at the same test digit."""
    opened, place, ink = of_page(Sources).opened, None, None
    if chosen == OPENED and opened is not None:
        place, ink = opened[1].place, told_ink(opened[1])
    elif chosen == "Test digits":
        place = of_page(LastPick).place
    if place is not None:
        chosen = "Test digits"
    keep({SOURCE: chosen if chosen in SOURCES[1:] else None, DIGIT: place, INK: ink})


def find(where: str) -> Given:
    """Show the source and return what is to be read from it."""
    if where == "Draw":
        return drawing()
    opened = of_page(Sources).opened
    if where == OPENED and opened is not None:
        return Given(opened[1], opened[1].origin)
    if where == "Test digits":
        picked_test_digit("draw")
        place = of_page(LastPick).place
        _tell_source(where)
        if place is None:
            return Given(None, Sentence(to_say("Pick a digit")))
        picked = test_digit(place)
        return Given(picked, picked.origin)
    return _uploaded() if where == "Upload" else _photographed()


def drawing(hint: str = "") -> Given:
    """Show the sheet and return what is drawn on it; `hint` stands on it while it is empty."""
    drawn = canvas("sheet", hint=hint)
    return Given(drawn, Sentence(DRAW) if drawn is None else DRAWING)


def _uploaded() -> Given:
    st.file_uploader(
        say("A picture of one digit or of several"),
        # Of any type: names and MIME types are often wrong, so the content alone decides.
        key="upload",
        on_change=_keep,
        args=("Upload", "upload"),
        help=say(
            "A photo, a scan or PDF of handwriting, or a drawing; up to 50 MB. Drop it "
            "here, choose it with the button, or paste it with Ctrl V (on a Mac: Command "
            "V).",
        ),
    )
    mine = of_page(Sources)
    holds = Holds.PICTURE if "Upload" in mine.pictures else Holds.NOTHING
    beside("upload", Holds.REMOVED if "Upload" in mine.removed else holds)
    return _from_file("Upload", to_say("your picture"), to_say("Choose a picture"))


def _photographed() -> Given:
    address = urlsplit(st.context.url or "")
    local = address.hostname in (None, "localhost", "127.0.0.1", "::1")
    if address.scheme != "https" and not local:
        st.info(say(NO_CAMERA), icon=":material/no_photography:")
    else:
        st.camera_input(
            say("A photo of a digit"), key="camera", on_change=_keep, args=("Camera", "camera")
        )
    return _from_file("Camera", to_say("your photo"), to_say("Take a photo"))


def _from_file(where: str, words: str, otherwise: str) -> Given:
    file = of_page(Sources).pictures.get(where)
    return Given(file, Sentence(otherwise if file is None else words))


def _keep(where: str, key: str) -> None:
    """Keep the file just chosen (the widget forgets it on a change of page), or drop it."""
    file = widget_state(key)
    if file is None:
        _remove(where)
    else:
        content = file.getvalue()  # type: ignore[attr-defined]
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        mine = of_page(Sources)
        mine.pictures[where] = PictureFile(file.name, content, digest)  # type: ignore[attr-defined]
        mine.removed.discard(where)
        _make_room(where)


def _make_room(newest: str) -> None:
    """One person's pictures take no more than `MOST_BYTES`: an older one goes for the newest."""
    mine = of_page(Sources)
    others = [name for name in mine.pictures if name != newest]
    while others and sum(len(each.content) for each in mine.pictures.values()) > MOST_BYTES:
        _remove(others.pop(0))
        st.toast(
            say(
                "There is room for {megabytes} MB: an older picture was removed.",
                megabytes=MOST_BYTES // 1_000_000,
            )
        )


def _remove(where: str) -> None:
    mine = of_page(Sources)
    mine.pictures.pop(where, None)
    mine.removed.add(where)


def offer_removal(where: str) -> None:
    """Offer to remove a picture that its widget has forgotten, as after a change of page."""
    if where not in of_page(Sources).pictures or widget_state(where.lower()) is not None:
        return
    if st.button(say("Remove the picture"), key=f"drop_{where}"):
        _remove(where)
        st.rerun(scope="fragment")
