"""A sheet on which a class writes its digits with pens: where everything is on it, in millimetres.

    [#]        [======]        [#]    four corner marks, and a bar at the top
         0  1  2  …  9                the digit that is asked for, above each column
        [ ][ ][ ]  [ ]
        [ ][ ][ ]  [ ]                twelve rows of boxes
    [#]                        [#]

A mark is a square in a ring: dark, light, dark from outside in, with one middle. Nothing that is
written looks like that, and it is found under any light and from any side.
"""

WIDTH, HEIGHT = 182.0, 236.0
"""What is printed; it fits on A4 with margins of 14 mm."""
MARK, GAP, CORE = 9.0, 6.2, 3.4
"""Sides of a mark: outside, of the light square in it, and of the dark one in that."""
MIDDLES = (
    (MARK / 2, MARK / 2),
    (WIDTH - MARK / 2, MARK / 2),
    (WIDTH - MARK / 2, HEIGHT - MARK / 2),
    (MARK / 2, HEIGHT - MARK / 2),
)
"""(x, y) of the marks, clockwise from the top left."""
BAR = (81.0, 2.5, 20.0, 4.0)
"""Left, top, width and height: it tells which side is up."""
COLUMNS, ROWS = 10, 12
BOX, PITCH = 14.5, 16.4
LEFT, TOP = (WIDTH - (COLUMNS - 1) * PITCH - BOX) / 2, 20.0


def box_at(row: int, column: int) -> tuple[float, float]:
    """(x, y) of the top left corner of a box."""
    return LEFT + column * PITCH, TOP + row * PITCH
