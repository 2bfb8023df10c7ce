"""A picture with its digits outlined; where there are several, one can be picked."""

from collections.abc import Sequence

from ui.components import component
from ui.components.filmstrip import Box

_mount = component("photo")


def photo(
    source: str,
    name: str,
    size: tuple[int, int],
    boxes: Sequence[Box],
    *,
    key: str,
    selected: int | None,
) -> int | None:
    """Show a picture with its digits outlined and numbered.

    Args:
        source: the picture as an address (data:image/…).
        name: of the picture, for screen readers.
        size: (height, width) in pixels of the picture that the boxes are of.
        boxes: (top, left, bottom, right) of each digit, bottom and right exclusive.
        key: names the picture on its page.
        selected: the place of the digit that is followed.

    Returns:
        The place of the digit picked last; None where there is none, or no such digit any more.
    """
    height, width = size
    shares = [
        [top / height, left / width, bottom / height, right / width]
        for top, left, bottom, right in boxes
    ]
    data = {"source": source, "name": name, "boxes": shares, "selected": selected}
    result = _mount(key=key, data=data, default={"picked": None}, on_picked_change=lambda: None)
    return checked_pick(result.get("picked"), len(boxes))


def checked_pick(message: object, count: int) -> int | None:
    """Return the place that the browser sent; None for anything but one of `count` places."""
    # type() rather than isinstance: True is an int to Python, and not a place to us
    return message if type(message) is int and 0 <= message < count else None
