"""The confusion matrix as a table whose cells can be picked by mouse, touch or keyboard.

One row a true digit, one column an answer. The diagonal is shaded by the share of its row;
mistakes have a colour of their own and are shaded by their own largest count, or else they would
drown beside the hundreds on the diagonal.
"""

import numpy as np

from ui.components import component

_mount = component("confusion")


def confusion(
    counts: np.ndarray, *, key: str, selected: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """Show the matrix and return the cell that was picked last, as (true digit, answer).

    Args:
        counts: (10, 10) whole numbers; row: the true digit, column: the answer.
        key: names the table on its page; new counts under the same key are painted in place.
        selected: the cell that is marked until another one is picked.

    Raises:
        ValueError: counts of another shape.
    """
    if counts.shape != (10, 10):
        raise ValueError(f"expected counts of shape (10, 10), got {counts.shape}")
    data = {"counts": counts.tolist(), "selected": list(selected) if selected else None}
    result = _mount(key=key, data=data, default={"picked": None}, on_picked_change=lambda: None)
    return checked_pick(result.get("picked"))


def checked_pick(message: object) -> tuple[int, int] | None:
    """Return the cell that the browser sent; None for anything else, as anybody can send it."""
    if not isinstance(message, list) or len(message) != 2:
        return None
    if any(type(number) is not int or not 0 <= number < 10 for number in message):
        return None
    return message[0], message[1]
