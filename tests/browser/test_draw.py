"""Draw as a person meets it: real strokes with a real pointer, a file, a reload, a lesson."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener
from playwright.sync_api import FilePayload, Locator, Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import ROOT, engine_is_ready, to_page
from tests.browser.pen import ONE, SEVEN, Pen

pytestmark = pytest.mark.browser
ARRIVED = """async (file) => {
  const address = [...(globalThis.digitscope?.keys() ?? [])].find((a) => a.endsWith(file));
  return Boolean(address && (await globalThis.digitscope.get(address)));
}"""


KEPT = "sessionStorage.getItem('digitscope.upload.upload')"

PASTE = """async ([address, type]) => {
  const blob = await (await fetch(address)).blob();
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "pasted", { type }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


DROP = """async ([address, name, type]) => {
  const blob = await (await fetch(address)).blob();
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([blob], name, { type }));
  const zone = document.querySelector("[data-testid=stFileUploaderDropzone]");
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""


class Draw(Pen):
    """The Draw page under a hand."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.locator(".st-key-sheet canvas").first)
        # While one answer takes the place of another, both may be there for a moment.
        self.digit = page.locator(".ds-digit").first

    def reads(self, digit: int, seconds: float = 90) -> None:
        expect(self.digit).to_have_attribute("data-digit", str(digit), timeout=1000 * seconds)

    def open(self, source: str) -> None:
        self.page.locator(".st-key-source").get_by_text(source, exact=True).click()

    def open_upload(self) -> Locator:
        """Go to Upload; return its input, once what listens to pasted and chosen files is there."""
        self.open("Upload")
        self.page.wait_for_function(ARRIVED, arg="/uploader.js")
        upload = self.page.locator("input[type=file]")
        expect(upload).to_be_attached()
        return upload

    def paste(self, content: bytes, kind: str) -> None:
        self.page.evaluate(PASTE, [address_of(content), kind])

    def drop(self, content: bytes, name: str, kind: str) -> None:
        self.page.evaluate(DROP, [address_of(content), name, kind])


def address_of(content: bytes) -> str:
    """An address under which a browser finds these bytes."""
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"


@pytest.fixture
def draw(page: Page, serve: Callable[[Path], str]) -> Iterator[Draw]:
    page.goto(serve(ROOT / "app.py"))
    engine_is_ready(page)
    to_page(page, "Draw")
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    yield Draw(page)
    expect(page.locator(".stException")).to_have_count(0)


def photo(digits: int = 1, form: str = "JPEG", *, bar: bool = True) -> bytes:
    """A grey photo with one or two strokes of a 7 in even light; without its bar it is a 1."""
    picture = Image.new("L", (400, 300), 200)
    pen = ImageDraw.Draw(picture)
    for place in range(digits):
        left = 80 + 160 * place
        strokes = [(left, 60), (left + 90, 60), (left + 40, 240)][0 if bar else 1 :]
        pen.line(strokes, fill=40, width=12, joint="curve")
    file = io.BytesIO()
    picture.convert("RGB").save(file, form)
    return file.getvalue()


def test_the_prediction_follows_the_pen_and_the_drawing_survives(draw: Draw) -> None:
    page = draw.page
    expect(page.locator(".ds-none")).to_have_text("Draw a digit")
    expect(draw.digit).to_have_count(0)  # a blank sheet has no prediction

    draw.press(ONE)
    draw.reads(1)  # the pen is still down
    draw.lift()
    draw.reads(1)
    expect(page.locator(".film li")).to_have_count(6)  # no photo, no light to even out

    page.keyboard.press("Escape")
    expect(page.locator(".ds-none")).to_have_text("Draw a digit")
    draw.press(SEVEN)
    draw.lift()
    draw.reads(7)

    page.reload()
    draw.reads(7)
    to_page(page, "Filters")
    expect(page.get_by_role("heading", name="Filters", exact=True)).to_be_visible()
    to_page(page, "Draw")
    draw.reads(7)


def test_a_switch_changes_strip_and_answer_at_once(draw: Draw) -> None:
    page = draw.page
    draw.press(
        [(0.3 * x, 0.35 + 0.3 * y) for x, y in ONE]
    )  # small, in the upper left: uncropped it is lost on its sheet
    draw.lift()
    draw.reads(1)
    page.reload()  # this may have been the answer to the half-drawn stroke; now there is only one
    draw.reads(1)
    last = page.locator(".film li[data-key=normalise] img")
    before, bars = last.get_attribute("src"), page.locator(".ds-bars").inner_text()
    page.get_by_role("switch", name="Cropped").click()
    expect(last).not_to_have_attribute("src", before or "")
    expect(page.locator(".film li[data-key=crop]")).to_have_class(re.compile(r"\boff\b"))
    expect(page.locator(".ds-bars")).not_to_have_text(bars, use_inner_text=True)
    page.get_by_role("switch", name="Cropped").click()
    expect(last).to_have_attribute("src", before or "")


def test_an_upload_goes_the_same_way_and_stays_when_the_page_changes(draw: Draw) -> None:
    page = draw.page
    upload = draw.open_upload()
    upload.set_input_files({"name": "7.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    draw.reads(7)
    expect(page.locator(".film li")).to_have_count(10)
    to_page(page, "Filters")
    expect(page.get_by_role("heading", name="Filters", exact=True)).to_be_visible()
    to_page(page, "Draw")
    draw.reads(7)
    expect(page.get_by_role("button", name="Remove the picture")).to_be_visible()

    two: FilePayload = {"name": "77.jpg", "mimeType": "image/jpeg", "buffer": photo(2)}
    page.locator("input[type=file]").set_input_files(two)
    expect(page.locator(".ds-number")).to_have_attribute("data-number", "77")
    expect(page.locator(".photo b")).to_have_text(["1", "2"])
    page.locator(".st-key-digits").get_by_role("option").nth(1).click()
    expect(page.locator(".film .box.selected")).to_have_text("2")
    expect(page.locator(".photo [aria-pressed=true]")).to_have_text("2")
    page.get_by_role("button", name="Digit 1", exact=True).click()
    expect(page.locator(".film .box.selected")).to_have_text("1")
    expect(page.locator(".st-key-digits").get_by_role("option").nth(0)).to_have_attribute(
        "aria-selected", "true"
    )


def test_a_picture_is_pasted_and_its_last_step_opens_as_numbers(draw: Draw) -> None:
    page = draw.page
    draw.open("Upload")
    expect(page.locator("input[type=file]")).to_be_attached()  # its companion may not be yet
    draw.paste(photo(), "text/plain")  # not a picture: left alone
    draw.paste(photo(), "image/jpeg")
    draw.reads(7)
    expect(page.locator(".film li")).to_have_count(10)

    opener = page.locator(".film li[data-key=normalise] button.picture")
    expect(page.locator(".film button.picture:enabled")).to_have_count(1)
    opener.click()
    numbers = page.locator(".st-key-numbers_map canvas").first
    expect(numbers).to_be_visible()
    expect(opener).to_have_attribute("aria-expanded", "true")
    opener.press("Enter")
    expect(numbers).to_have_count(0)


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_a_phone_s_picture_is_read_whatever_it_is_called(draw: Draw, form: str) -> None:
    """By button, drop and paste; Windows sends HEIC as a file of any bytes, senders rename it."""
    register_heif_opener()  # to write it
    right, ending = f"image/{form.lower()}", {"HEIF": "heic", "AVIF": "avif"}[form]
    upload = draw.open_upload()
    shown = draw.page.locator(".photo img")
    names = [
        (f"IMG_0007.{ending}", right),
        (f"untold.{ending}", "application/octet-stream"),
        ("renamed.jpg", "image/jpeg"),
        ("no ending", ""),
    ]
    # A 1 and a 7 in turn, so that each has to arrive for its answer to be seen.
    for turn, (name, kind) in enumerate(names):
        for way in ("button", "drop", "paste"):
            digit = (1, 7)[(turn + ("button", "drop", "paste").index(way)) % 2]
            content = photo(1, form, bar=digit == 7)
            if way == "paste":
                draw.paste(content, kind)
            elif way == "drop":
                draw.drop(content, name, kind)
            else:
                upload.set_input_files({"name": name, "mimeType": kind, "buffer": content})
            draw.reads(digit)
            called = "pasted" if way == "paste" else name
            expect(shown).to_have_attribute("alt", re.compile(re.escape(called)))


def test_an_upload_survives_a_reload_until_it_is_removed(draw: Draw) -> None:
    """A file too large to be kept in the tab as it is comes back as a smaller picture."""
    page = draw.page
    upload = draw.open_upload()
    large = Image.open(io.BytesIO(photo())).resize((2400, 1800)).convert("RGB")
    large = Image.blend(large, Image.effect_noise(large.size, 60).convert("RGB"), 0.05)
    file = io.BytesIO()
    large.save(file, "PNG", compress_level=1)
    assert len(file.getvalue()) > 2_000_000
    for name, kept, content in (("7.jpg", "7.jpg", photo()), ("l.png", "l.jpg", file.getvalue())):
        upload.set_input_files({"name": name, "mimeType": "", "buffer": content})
        draw.reads(7)
        expect(page.locator(".photo img")).to_have_attribute("alt", re.compile(re.escape(name)))
        page.wait_for_function(KEPT)
        page.reload()
        expect(page.locator(".photo img")).to_have_attribute(
            "alt", re.compile(re.escape(kept)), timeout=60_000
        )
        draw.reads(7)
    page.locator(".st-key-upload").get_by_role("button", name=re.compile("Remove")).click()
    expect(page.locator(".ds-none")).to_have_text("Choose a picture")
    page.wait_for_function(f"!{KEPT}")  # so that nothing can come back later, either
    page.reload()
    expect(page.locator(".ds-none")).to_have_text("Choose a picture")
    page.wait_for_function(ARRIVED, arg="/uploader.js")
    expect(page.locator(".photo")).to_have_count(0)


def says_a_test_digit(params: dict[str, list[str]]) -> bool:
    """Whether an address names the source and one test digit, in whatever order."""
    digit = params.get("digit", [""])
    return params.get("source") == ["Test digits"] and len(digit) == 1 and digit[0].isdigit()


def test_a_test_digit_survives_a_reload(draw: Draw) -> None:
    page = draw.page
    draw.open("Test digits")
    page.locator(".st-key-draw_label").get_by_text("3", exact=True).click()
    page.locator("[class*=st-key-draw_gallery_3] .cell").nth(4).click()
    draw.reads(3)
    page.wait_for_url(lambda url: says_a_test_digit(parse_qs(urlsplit(url).query)))
    page.reload()
    draw.reads(3)
    draw.open("Draw")
    expect(page).not_to_have_url(re.compile("digit="))


def test_a_corrected_digit_is_taught_and_the_lesson_can_be_undone(draw: Draw) -> None:
    page = draw.page
    draw.press(ONE)
    draw.lift()
    draw.reads(1)
    page.locator("[class*=st-key-was_]").get_by_text("7", exact=True).click()
    page.get_by_role("link", name="Teach it", exact=True).first.click()
    page.get_by_role("button", name="Teach it 1 digit").click()
    expect(page.get_by_text("Done.", exact=True)).to_be_visible(timeout=120_000)
    draw.reads(7)  # what it was told
    expect(page.locator(".st-key-network")).to_contain_text("Taught network")
    page.get_by_role("button", name="Undo the teaching").click()
    draw.reads(1)


def test_no_message_is_a_reference_to_an_earlier_one(draw: Draw) -> None:
    """One that outlives its run ends the page in the middle of a stroke: see the configuration."""
    kinds: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: kinds.append(kind(frame)))

    def kind(frame: bytes | str) -> str:
        message = ForwardMsg()
        message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode("latin-1"))
        return str(message.WhichOneof("type"))

    draw.page.on("websocket", listen)
    draw.page.reload()
    expect(draw.page.locator(".ds-none")).to_have_text("Draw a digit")
    draw.press(SEVEN)
    draw.lift()
    draw.reads(7)
    assert kinds.count("script_finished") > 3
    assert "ref_hash" not in kinds


def test_the_picture_of_the_steps_does_not_flicker(draw: Draw) -> None:
    """While the pen moves, a card's picture is the same element with another source."""
    page = draw.page
    draw.press(SEVEN[:6])
    expect(page.locator(".film li").first).to_be_visible(timeout=90_000)
    page.locator(".film img").first.evaluate("image => image.dataset.mine = 'yes'")
    source = page.locator(".film img").first.get_attribute("src")
    draw.go_on(SEVEN[6:], frames=2)
    expect(page.locator(".film img").first).not_to_have_attribute("src", source or "")
    expect(page.locator(".film img").first).to_have_attribute("data-mine", "yes")
    draw.lift()
