"""Finds the digits on a sheet: which pieces of ink belong together, and in what order to read them.

One digit may be several pieces (a 5 with its bar apart, a pencil line with gaps), and one piece
may be two digits that touch. The rules compare sizes and gaps with the digit's own size, never
with the sheet's, so that they hold for a whole phone number and for one large digit alike.
"""

from dataclasses import dataclass

import numpy as np

from model.preprocessing.binarization import mean_width

_ONE_DIGIT = 32  # a sheet of so few pixels, such as a file of 28×28, is one digit in any pieces
_LEAST = 0.025  # of the sheet: smaller ink is grain of the paper
_SMALL = 0.45  # of the tallest digit's height: smaller pieces on their own are no digits
_PHOTO = 128  # in pixels; smaller files may be cut out so tightly that digits reach the edge
_WHOLE = 0.08  # of the sheet: a digit of this size counts, whatever lies at the edge


@dataclass(frozen=True)
class Piece:
    """Ink that belongs together: its box on the sheet (bottom and right exclusive) and labels."""

    top: int
    left: int
    bottom: int
    right: int
    labels: frozenset[int]

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer side in pixels."""
        return max(self.height, self.width)

    def joined(self, other: "Piece") -> "Piece":
        """Both pieces as one."""
        return Piece(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
            self.labels | other.labels,
        )


@dataclass(frozen=True, eq=False)  # == of arrays is an array, not an answer
class Region:
    """One digit on the sheet: its box (top, left, bottom, right) and its own ink inside the box."""

    box: tuple[int, int, int, int]
    mask: np.ndarray

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.mask.shape[0])

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.mask.shape[1])

    @property
    def size(self) -> int:
        """The longer side in pixels."""
        return max(self.height, self.width)

    def part(self, mask: np.ndarray) -> "Region":
        """Return a part of the ink, not empty, as a region: a mask of the same shape."""
        (tight,) = whole_sheet(mask)
        top, left = self.box[:2]
        a, b, c, d = tight.box
        return Region((top + a, left + b, top + c, left + d), tight.mask)

    def joined(self, other: "Region") -> "Region":
        """Return the ink of both as one region."""
        boxes = (self.box, other.box)
        top, left = (min(box[side] for box in boxes) for side in (0, 1))
        bottom, right = (max(box[side] for box in boxes) for side in (2, 3))
        mask = np.zeros((bottom - top, right - left), bool)
        for region in (self, other):
            a, b, c, d = region.box
            mask[a - top : c - top, b - left : d - left] |= region.mask
        return Region((top, left, bottom, right), mask)


def find_digits(mask: np.ndarray) -> tuple[Region, ...]:
    """Return the digits on a sheet in reading order: line by line, each from left to right.

    Args:
        mask: (h, w) bool, the ink without printed lines.
    """
    from scipy import ndimage

    if max(mask.shape) <= _ONE_DIGIT:
        return whole_sheet(mask)
    if not mask.any():
        return ()
    gap = max(1, round(0.4 * mean_width(mask)))
    blobs, _ = ndimage.label(ndimage.maximum_filter(mask, 2 * gap + 1), np.ones((3, 3)))
    labels = np.where(mask, blobs, 0)
    pieces = [
        Piece(rows.start, columns.start, rows.stop, columns.stop, frozenset({number}))
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1)
    ]
    if max(piece.size for piece in pieces) < max(4, _LEAST * max(mask.shape)):
        return ()
    digits = _without_scraps(_assembled(_without_dust(pieces)), mask.shape)
    regions = [part for digit in digits for part in _separated(_region(labels, digit))]
    return tuple(_in_reading_order(regions))


def whole_sheet(mask: np.ndarray) -> tuple[Region, ...]:
    """Return all ink as one digit."""
    if not mask.any():
        return ()
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    return (Region((top, left, bottom, right), mask[top:bottom, left:right]),)


def _without_dust(pieces: list[Piece]) -> list[Piece]:
    largest = max(piece.size for piece in pieces)
    # Hundreds of pieces are paper texture; the largest hold whatever digits there are.
    kept = [piece for piece in pieces if piece.size > 0.06 * largest]
    return sorted(kept, key=lambda piece: -piece.size)[:120]


def _assembled(pieces: list[Piece]) -> list[Piece]:
    """Join pieces until none belongs to another."""
    pieces = list(pieces)
    index = 0
    while index < len(pieces):
        for other in range(len(pieces)):
            if other != index and _belong_together(pieces[index], pieces[other]):
                first, second = sorted((index, other))
                pieces[first] = pieces[first].joined(pieces[second])
                del pieces[second]
                index = -1
                break
        index += 1
    return pieces


def _belong_together(one: Piece, two: Piece) -> bool:
    large, small = (one, two) if one.size >= two.size else (two, one)
    size = large.size
    across = min(one.right, two.right) - max(one.left, two.left)  # negative: a gap
    down = min(one.bottom, two.bottom) - max(one.top, two.top)
    if across > 0.5 * min(one.width, two.width) and down > 0.5 * min(one.height, two.height):
        return True  # one lies inside the other's box: the two strokes of an open 4
    if small.height < 0.4 * size and across > 0.3 * small.width and down > -0.4 * size:
        return small.width > 0.25 * size or down > -0.1 * size  # the bar of a 5, a serif
    return small.height < 0.4 * size and across > -0.12 * size and down > -0.1 * size


def _without_scraps(pieces: list[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """Leave out dirt, dots and dashes, and what the sheet's edge shows of neighbours."""
    # Digits that touch make a wide piece: only heights can be compared.
    tallest = max(piece.height for piece in pieces)

    def at_edge(piece: Piece) -> bool:
        return (
            piece.top <= 1
            or piece.left <= 1
            or piece.bottom >= shape[0] - 1
            or piece.right >= shape[1] - 1
        )

    def shadow_or_dash(piece: Piece) -> bool:
        # The last bit of a shadow in the sheet's corner; a piece of a ruled line.
        return (at_edge(piece) and piece.size < 0.25 * min(shape)) or (
            piece.width > 4 * piece.height and piece.height < 0.05 * max(shape)
        )

    # Beside a digit that is whole, what the edge cuts is a neighbour's or the table's.
    if max(shape) > _PHOTO:
        least = min(_SMALL * tallest, _WHOLE * max(shape))
        inner = [piece for piece in pieces if not at_edge(piece)]
        if any(piece.height > least for piece in inner):
            pieces, tallest = inner, max(piece.height for piece in inner)
    return [
        piece
        for piece in pieces
        if not (max(shape) > _ONE_DIGIT * 2 and shadow_or_dash(piece))
        and piece.height > _SMALL * tallest
        and not (at_edge(piece) and piece.height < 0.6 * tallest)
    ]


def _region(labels: np.ndarray, piece: Piece) -> Region:
    cut = labels[piece.top : piece.bottom, piece.left : piece.right]
    own = np.isin(cut, list(piece.labels))
    return Region((piece.top, piece.left, piece.bottom, piece.right), own)


def _separated(region: Region) -> list[Region]:
    """Cut two digits that touch, where one thin stroke is all that joins them; else leave them."""
    mask = region.mask
    height, width = mask.shape
    if width < 1.2 * height or height < 8:
        return [region]
    thin = max(1.6 * mean_width(mask), 0.3 * height)  # two round digits touch along a stretch
    ink = mask.sum(axis=0)
    padded = np.vstack([np.zeros((1, width), bool), mask])
    runs = (padded[1:] & ~padded[:-1]).sum(axis=0)
    margin = max(1, round(0.3 * height))
    columns = np.arange(margin, width - margin)
    good = columns[(runs[columns] <= 1) & (ink[columns] <= thin)]
    for cut in sorted(good, key=lambda column: (ink[column], abs(column - width / 2))):
        parts = (mask[:, :cut], mask[:, cut:])
        if all(np.ptp(np.flatnonzero(part.any(axis=1))) > 0.75 * height for part in parts):
            on_left = np.arange(width) < cut
            left, right = region.part(mask & on_left), region.part(mask & ~on_left)
            return [*_separated(left), *_separated(right)]
    return [region]


def _in_reading_order(regions: list[Region]) -> list[Region]:
    """Sort into lines: a digit is on a line when its middle is level with the line's last one."""
    rows: list[list[Region]] = []
    for region in sorted(regions, key=lambda each: each.box[0] + each.box[2]):
        middle = (region.box[0] + region.box[2]) / 2
        last = rows[-1][-1].box if rows else None
        if last is not None and last[0] < middle < last[2]:
            rows[-1].append(region)
        else:
            rows.append([region])
    return [region for row in rows for region in sorted(row, key=lambda each: each.box[1])]
