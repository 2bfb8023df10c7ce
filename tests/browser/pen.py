"""A hand on a sheet: what every browser test that draws does with the mouse or with a finger."""

from collections.abc import Iterable

from playwright.sync_api import CDPSession, FloatRect, Locator, Page, Position

Point = tuple[float, float]
"""Across and down, as shares of a sheet's (or a map's) width and height."""

ONE: list[Point] = [(0.5, 0.15 + 0.7 * i / 20) for i in range(21)]
SEVEN: list[Point] = [
    *((0.25 + 0.05 * i, 0.2) for i in range(11)),
    *((0.75 - 0.03 * i, 0.2 + 0.06 * i) for i in range(1, 11)),
]


def painted(page: Page) -> None:
    """Wait two frames: what was scheduled for the next one is on the screen."""
    page.evaluate("() => new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))")


def box_of(shown: Locator) -> FloatRect:
    """Return where something that is shown stands, in CSS pixels of the window."""
    box = shown.bounding_box()
    assert box is not None
    return box


class Pen:
    """Draws on one canvas.

    It touches the sheet only when it can: not while something lies over it (Streamlit's menu, which
    slides away when the window becomes narrow) and not while it moves.
    """

    def __init__(self, sheet: Locator) -> None:
        self.page, self.sheet = sheet.page, sheet

    def at(self, point: Point) -> Point:
        """Return where a point of the sheet is on the screen, in CSS pixels."""
        box = box_of(self.sheet)
        return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]

    def reach(self, point: Point) -> None:
        """Wait until the sheet stands still in sight and nothing covers this point of it."""
        box = box_of(self.sheet)
        across, down = (min(max(share, 0.01), 0.99) for share in point)
        place: Position = {"x": across * box["width"], "y": down * box["height"]}
        self.sheet.hover(position=place, trial=True, timeout=30_000)

    def press(self, points: list[Point]) -> None:
        """Draw, and leave the pen down; the sheet shows each point before the next is drawn."""
        self.reach(points[0])
        self.page.mouse.move(*self.at(points[0]))
        self.page.mouse.down()
        self.go_on(points[1:])

    def go_on(self, points: Iterable[Point], frames: int = 1) -> None:
        """Move the pen that is down; it rests at each point for some frames of the screen."""
        for point in points:
            self.page.mouse.move(*self.at(point))
            for _ in range(frames):
                self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def lift(self) -> None:
        """Take the pen off the sheet."""
        self.page.mouse.up()

    def draw(self, points: list[Point]) -> None:
        """Draw one stroke."""
        self.press(points)
        self.lift()


class Fingers:
    """Touches a page; each finger is a point on the screen in CSS pixels."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)

    def down(self, *points: Point) -> None:
        """These fingers are on the screen now: one more than before."""
        self._send("touchStart", points)

    def move(self, *points: Point) -> None:
        """The fingers that are on the screen are here now."""
        self._send("touchMove", points)

    def up(self) -> None:
        """No finger is on the screen any more."""
        self._send("touchEnd", ())

    def tap(self, point: Point) -> None:
        """Touch and let go."""
        self.down(point)
        self.up()

    def _send(self, kind: str, points: tuple[Point, ...]) -> None:
        places = [{"id": number, "x": x, "y": y} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
