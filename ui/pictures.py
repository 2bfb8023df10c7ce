"""Where a digit on the Draw page comes from: the sheet, a file, the camera, the test digits."""

import hashlib
import io
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from PIL import Image

from model import digits
from model.picture import PictureError, open_picture
from model.preprocess import BLANK, Preprocessed, from_ink, preprocess
from ui.canvas import canvas
from ui.filmstrip import Box, data_uri
from ui.links import DIGIT, linked, news, tell
from ui.maps import map_grid
from ui.photo import photo
from ui.session import ChosenDigit, misread_test_digits, session, widget_state
from ui.uploader import Holds, beside

SOURCES = ("Draw", "Upload", "Camera", "Test digits")
OPENED = "Opened digit"
"""A digit that another page opened in Draw; on offer once there is one."""
EXTENSIONS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
OFFERED = 40
"""Test digits on offer at a time."""
SHOWN_SIDE = 640
"""Longest side of an uploaded picture on the page, in pixels."""
NO_CAMERA = (
    "Browsers lend the camera only to pages on https or on this very computer (localhost). Take a "
    "photo with a phone and use Upload instead."
)


@dataclass(frozen=True, eq=False)
class Found:
    """What there is to read: digits, (28, 28) float32 each, where on the sheet, and from where.

    `prepared` has the steps that led to them (none for test digits), `sentence` says why there is
    no digit, `label` is the true digit where it is known, `sheet` names what they are on,
    `finished` is False while the pen draws.
    """

    pixels: tuple[np.ndarray, ...]
    source: str
    sentence: str = ""
    prepared: Preprocessed | None = None
    label: int | None = None
    sheet: str = ""
    finished: bool = True

    @property
    def boxes(self) -> tuple[Box, ...]:
        """(top, left, bottom, right) of each digit on its sheet."""
        return tuple(found.box for found in self.prepared.digits) if self.prepared else ()

    @property
    def largest(self) -> int:
        """The place of the digit that counts where nobody has chosen one."""
        if self.prepared is None or self.prepared.largest is None:
            return 0
        sizes = [found.size for found in self.prepared.digits]
        return sizes.index(max(sizes))

    @property
    def followed(self) -> int:
        """The place of the digit that is followed through the app: picked, or else the largest."""
        sheet, place = session().followed
        return place if sheet == self.sheet and place < len(self.pixels) else self.largest

    def follow(self, place: int) -> None:
        """Follow the digit at this place from now on."""
        session().followed = (self.sheet, place)

    def chosen(self, place: int) -> ChosenDigit:
        """The digit at this place, for all pages."""
        words = self.source
        if len(self.pixels) > 1:
            words += f", digit {place + 1} of {len(self.pixels)}"
        return ChosenDigit(self.pixels[place], words, self.label)


def source() -> str:
    """Let the person choose where the digit comes from."""
    mine = session()
    opened = mine.opened
    linked(DIGIT, (), None)  # noted for all pages before it is overwritten here
    # A digit that another page opened here is one more source, in a new widget that begins with it.
    options = SOURCES if opened is None else (*SOURCES, OPENED)
    first = linked("source", SOURCES, SOURCES[0])
    chosen = str(
        st.segmented_control(
            "Where the digit comes from", options, required=True,
            default=first if opened is None else OPENED,
            key="source" if opened is None else f"source_{opened[0]}",
            label_visibility="collapsed", persist_state="session",
        )
    )  # fmt: skip
    if chosen == "Test digits" and mine.test_digit is None:
        mine.test_digit = linked(DIGIT, range(len(digits.embedded().test)), None)
    _tell_source(chosen)
    return chosen


def _tell_source(chosen: str) -> None:
    """Let a tab that is loaded again open at the same source, and at the same test digit."""
    opened, place = session().opened, None
    if chosen == OPENED and opened is not None:
        place = opened[1].place
    elif chosen == "Test digits":
        place = session().test_digit
    if place is not None:
        chosen = "Test digits"
    tell(source=chosen if chosen in SOURCES[1:] else None, digit=place)


def find(where: str) -> Found:
    """Show the source and return what is to be read from it."""
    if where == "Draw":
        return _drawn()
    opened = session().opened
    if where == OPENED and opened is not None:
        return Found((opened[1].pixels,), opened[1].source, label=opened[1].label)
    if where == "Test digits":
        picked_test_digit("draw")
        place = session().test_digit
        _tell_source(where)
        if place is None:
            return Found((), "", "Pick a digit")
        picked = test_digit(place)
        return Found((picked.pixels,), picked.source, label=picked.label)
    return _uploaded() if where == "Upload" else _photographed()


def _drawn() -> Found:
    drawing = canvas("sheet", generation=session().sheet)
    if drawing is None:
        return Found((), "", "Draw a digit")
    prepared = from_ink(drawing.ink, off=session().steps_off)
    return _found(prepared, "your drawing", "sheet", finished=drawing.finished)


def _uploaded() -> Found:
    st.file_uploader(
        "A picture of one digit or of several", type=EXTENSIONS, key="upload",
        on_change=_keep, args=("Upload", "upload"),
        help="A photo or a scan of handwriting, or a drawing; up to 10 MB. Drop it here, choose it "
        "with the button, or paste it with Ctrl V (on a Mac: Command V).",
    )  # fmt: skip
    mine = session()
    holds = Holds.PICTURE if "Upload" in mine.pictures else Holds.NOTHING
    beside("upload", Holds.REMOVED if "Upload" in mine.removed else holds)
    return _from_file("Upload", "Choose a picture")


def _photographed() -> Found:
    address = urlsplit(st.context.url or "")
    local = address.hostname in (None, "localhost", "127.0.0.1", "::1")
    if address.scheme != "https" and not local:
        st.info(NO_CAMERA, icon=":material/no_photography:")
    else:
        st.camera_input(
            "A photo of a digit", key="camera", on_change=_keep, args=("Camera", "camera")
        )
    return _from_file("Camera", "Take a photo")


def _keep(where: str, key: str) -> None:
    """Keep the file just chosen (the widget forgets it on a change of page), or drop it."""
    file = widget_state(key)
    if file is None:
        _remove(where)
    else:
        session().pictures[where] = (file.name, file.getvalue())  # type: ignore[attr-defined]
        session().removed.discard(where)


def _remove(where: str) -> None:
    session().pictures.pop(where, None)
    session().removed.add(where)


def _from_file(where: str, otherwise: str) -> Found:
    kept = session().pictures.get(where)
    if kept is None:
        return Found((), "", otherwise)
    name, content = kept
    try:
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        picture, prepared = _prepared(content, digest)
    except PictureError as error:
        st.error(str(error))
        return Found((), "", "No picture to read")
    words = "your picture" if where == "Upload" else "your photo"
    found = _found(prepared, words, digest)
    _show(picture, found, name)
    if widget_state(where.lower()) is None and st.button("Remove the picture", key=f"drop_{where}"):
        _remove(where)
        st.rerun(scope="fragment")
    return found


def _prepared(content: bytes, digest: str) -> tuple[np.ndarray, Preprocessed]:
    """Open a file and take it through the steps; the last result is kept."""
    mine = session()
    key = (digest, mine.steps_off)
    if mine.prepared is None or mine.prepared[0] != key:
        picture = open_picture(content)
        mine.prepared = (key, picture, preprocess(picture, off=mine.steps_off))
    return mine.prepared[1:]


def _found(prepared: Preprocessed, words: str, sheet: str, *, finished: bool = True) -> Found:
    pixels = tuple(found.digit for found in prepared.digits)
    sentence = "" if pixels else prepared.problem or BLANK
    return Found(pixels, words, sentence, prepared, sheet=sheet, finished=finished)


def _show(picture: np.ndarray, found: Found, name: str) -> None:
    """Show a picture with an outline around each digit; a click on one follows it."""
    small = Image.fromarray(picture)
    small.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=85)
    key = f"photo_{found.sheet}"  # a pick is one of this picture's digits
    pick = news(
        key,
        photo(
            data_uri(file.getvalue(), "image/jpeg"), name, picture.shape[:2], found.boxes, key=key,
            selected=found.followed if found.pixels else None,
        ),
    )  # fmt: skip
    if pick is not None and pick != found.followed:
        found.follow(pick)
        st.rerun()


def picked_test_digit(key: str) -> ChosenDigit | None:
    """Offer test digits, which no network of this app has learned from.

    Args:
        key: names the gallery on its page; `session().test_digit` is the last pick of all of them.

    Returns:
        What was picked just now; None when nothing was.
    """
    mine, test = session(), digits.embedded().test
    label = st.pills(
        "Show only", range(10), key=f"{key}_label", persist_state="session", wrap=True
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        surprise = st.button("Surprise me", icon=":material/casino:", key=f"{key}_surprise")
        hard = st.toggle(
            "Only those the network gets wrong", key=f"{key}_wrong", persist_state="session"
        )  # fmt: skip
    places = np.arange(len(test)) if label is None else np.flatnonzero(test.labels == label)
    if hard:
        wrong = misread_test_digits()
        places = places[:0] if wrong is None else np.intersect1d(places, wrong)
        if wrong is not None:
            st.caption(f"It gets {len(wrong)} of the {len(test)} test digits wrong.")
    if not len(places):
        st.caption("There is none to show.")
        return None
    if surprise:
        mine.test_digit = int(np.random.default_rng().choice(places))
    shown = places[:: max(1, len(places) // OFFERED)][:OFFERED]
    grid = f"{key}_gallery_{label}_{hard}"  # another choice is another grid: its picks are its own
    here = np.flatnonzero(shown == mine.test_digit)
    pick = map_grid(
        test.take(shown).inputs().transpose(1, 2, 0), key=grid, scale=1.0, size=44, bar=False,
        labels=[str(test.labels[place]) for place in shown],
        selected=int(here[0]) if len(here) else None,
    )  # fmt: skip
    new = news(grid, pick)
    if new is not None:
        mine.test_digit = int(shown[new.channel])
    elif not surprise:
        return None
    return test_digit(mine.test_digit) if mine.test_digit is not None else None


def test_digit(place: int) -> ChosenDigit:
    """One of the embedded test digits."""
    test = digits.embedded().test
    truth = int(test.labels[place])
    pixels = test.take(np.array([place])).inputs()[0]
    return ChosenDigit(pixels, f"test digit {place}, a {truth}", truth, place)
