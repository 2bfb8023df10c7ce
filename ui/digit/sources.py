"""Where a digit on the Draw page comes from: the sheet, a file, the camera, the test digits."""

import hashlib
import io
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from PIL import Image

from model.data import mnist
from model.preprocessing.image_file import PictureError, open_picture
from model.preprocessing.pipeline import BLANK, Preprocessed, from_ink, preprocess
from ui.components.canvas import canvas
from ui.components.filmstrip import Box
from ui.components.photo import photo
from ui.components.uploader import Holds, beside
from ui.digit.test_digits import picked_test_digit, test_digit
from ui.state.links import DIGIT, linked, news, tell
from ui.state.session import ChosenDigit, session, widget_state
from ui.style.mosaic import data_uri

SOURCES = ("Draw", "Upload", "Camera", "Test digits")
OPENED = "Opened digit"
"""A digit that another page opened in Draw; on offer once there is one."""
EXTENSIONS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
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
            "Where the digit comes from",
            options,
            required=True,
            default=first if opened is None else OPENED,
            key="source" if opened is None else f"source_{opened[0]}",
            label_visibility="collapsed",
            persist_state="session",
        )
    )
    if chosen == "Test digits" and mine.test_digit is None:
        mine.test_digit = linked(DIGIT, range(len(mnist.embedded().test)), None)
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
    drawing = canvas("sheet")
    if drawing is None:
        return Found((), "", "Draw a digit")
    prepared = from_ink(drawing.ink, off=session().steps_off)
    return _found(prepared, "your drawing", "sheet", finished=drawing.finished)


def _uploaded() -> Found:
    st.file_uploader(
        "A picture of one digit or of several",
        type=EXTENSIONS,
        key="upload",
        on_change=_keep,
        args=("Upload", "upload"),
        help="A photo or a scan of handwriting, or a drawing; up to 10 MB. Drop it here, choose it "
        "with the button, or paste it with Ctrl V (on a Mac: Command V).",
    )
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
            data_uri(file.getvalue(), "image/jpeg"),
            name,
            picture.shape[:2],
            found.boxes,
            key=key,
            selected=found.followed if found.pixels else None,
        ),
    )
    if pick is not None and pick != found.followed:
        found.follow(pick)
        st.rerun()
