"""Labelled points in a plane, drawn as their own digits, that can be pointed at and picked."""

import base64
from dataclasses import dataclass

import numpy as np

from ui.components import component
from ui.style.colours import DARK, LIGHT

_mount = component("scatter")


@dataclass(frozen=True, eq=False)
class Cloud:
    """What is drawn.

    Attributes:
        points: (n, 2) finite numbers; up is larger.
        labels: (n,) digits from 0 to 9: what each point is drawn as, and its colour.
        answers: (n,) what the network says of each; where it differs, the point gets a frame.
        own: (2,) one more point, drawn as a star; None: there is none.
        near: places of points that get a ring: those nearest to one's own.
    """

    points: np.ndarray
    labels: np.ndarray
    answers: np.ndarray
    own: np.ndarray | None = None
    near: np.ndarray | None = None


def scatter(cloud: Cloud, *, key: str, title: str, file: str) -> int | None:
    """Show a cloud of digits and return the place of the point that was picked last.

    Points can be picked by mouse and touch; with the keyboard, arrows go to the next point in
    their direction and Enter picks it. The picture can be saved from the browser.

    Args:
        cloud: what is drawn; a new one under the same key is painted in place.
        key: names the plane on its page.
        title: for screen readers.
        file: name of the saved picture, without its ending.

    Raises:
        ValueError: points, labels and answers that do not fit together, or are not finite.
    """
    count = len(cloud.points)
    if cloud.points.shape != (count, 2) or not np.isfinite(cloud.points).all():
        raise ValueError(f"expected finite points (n, 2), got {cloud.points.shape}")
    if len(cloud.labels) != count or len(cloud.answers) != count:
        raise ValueError(f"expected {count} labels and answers")
    data = {
        "title": title,
        "file": file,
        "points": base64.b64encode(cloud.points.astype("<f4").tobytes()).decode("ascii"),
        "labels": "".join(str(int(label)) for label in cloud.labels),
        "answers": "".join(str(int(answer)) for answer in cloud.answers),
        "own": None if cloud.own is None else [float(value) for value in cloud.own],
        "near": [] if cloud.near is None else [int(place) for place in cloud.near],
        "light": list(LIGHT.digits),
        "dark": list(DARK.digits),
    }
    result = _mount(key=key, data=data, default={"picked": None}, on_picked_change=lambda: None)
    return checked_pick(result.get("picked"), count)


def checked_pick(message: object, count: int) -> int | None:
    """Return the place that the browser sent; None for what is no place among `count` points."""
    if type(message) is not int or not 0 <= message < count:
        return None
    return message
