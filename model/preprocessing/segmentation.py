"""Stage "digits", first part: which pieces of ink belong together, and in what order to read them.

One digit may be several pieces (a 5 with its bar apart, a pencil line with gaps), and one piece
may be two digits that touch. The rules compare sizes and gaps with the digit's own size, never
with the sheet's, so that they hold for a whole phone number and for one large digit alike.
"""

from dataclasses import dataclass, replace

import numpy as np

from model.preprocessing.binarization import mean_width
from model.preprocessing.configuration import DEFAULT, PreprocessingConfig, SegmentationConfig
from model.preprocessing.paper.creases import is_crease
from model.preprocessing.paper.fingers import without_fingers
from model.preprocessing.shadow_removal import is_grain, is_solid
from model.preprocessing.sheet import Region, Sheet, whole_sheet


def digits_found(sheet: Sheet, *, on: bool = True, config: PreprocessingConfig = DEFAULT) -> Sheet:
    """Find the digits' regions; when off, all ink on the sheet counts as one digit."""
    ink = sheet.ink
    regions = find_digits(ink.mask, config.segmentation) if on else whole_sheet(ink.mask)
    largest = max(regions, key=lambda region: region.size, default=None)
    if largest is not None and is_grain(ink, largest.box, largest.mask, config.shadows):
        regions = ()
    if on:
        regions = tuple(
            each
            for each in regions
            if not is_solid(each.mask, ink.mask.shape, config=config.shadows)
        )
    if on and sheet.picture.size:  # a drawing has no paper that could be folded or held
        regions = tuple(
            each
            for each in regions
            if not is_crease(sheet.darkness, ink.strength, each, config.creases)
        )
        regions = without_fingers(regions, sheet.picture, ink.strength, config.fingers)
    return replace(sheet, regions=regions)


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


def find_digits(
    mask: np.ndarray, config: SegmentationConfig = DEFAULT.segmentation
) -> tuple[Region, ...]:
    """Return the digits on a sheet in reading order: line by line, each from left to right.

    Args:
        mask: (h, w) bool, the ink without printed lines.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    if max(mask.shape) <= config.one_digit:
        return whole_sheet(mask)
    if not mask.any():
        return ()
    gap = max(1, round(config.gap * mean_width(mask)))
    blobs, _ = ndimage.label(ndimage.maximum_filter(mask, 2 * gap + 1), np.ones((3, 3)))
    labels = np.where(mask, blobs, 0)
    pieces = [
        Piece(rows.start, columns.start, rows.stop, columns.stop, frozenset({number}))
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1)
    ]
    least = max(config.least_px, config.least * max(mask.shape))
    if max(piece.size for piece in pieces) < least:
        return ()
    whole = _assembled(_without_dust(pieces, config), config)
    digits = _without_scraps(whole, mask.shape, config)
    regions = [part for digit in digits for part in _separated(_region(labels, digit), config)]
    return tuple(_in_reading_order(regions))


def _without_dust(pieces: list[Piece], config: SegmentationConfig) -> list[Piece]:
    largest = max(piece.size for piece in pieces)
    # Hundreds of pieces are paper texture; the largest hold whatever digits there are.
    kept = [piece for piece in pieces if piece.size > config.dust * largest]
    return sorted(kept, key=lambda piece: -piece.size)[: config.most_pieces]


def _assembled(pieces: list[Piece], config: SegmentationConfig) -> list[Piece]:
    """Join pieces until none belongs to another."""
    pieces = list(pieces)
    index = 0
    while index < len(pieces):
        for other in range(len(pieces)):
            if other != index and _belong_together(pieces[index], pieces[other], config):
                first, second = sorted((index, other))
                pieces[first] = pieces[first].joined(pieces[second])
                del pieces[second]
                index = -1
                break
        index += 1
    return pieces


def _belong_together(one: Piece, two: Piece, config: SegmentationConfig) -> bool:
    large, small = (one, two) if one.size >= two.size else (two, one)
    size = large.size
    across = min(one.right, two.right) - max(one.left, two.left)  # negative: a gap
    down = min(one.bottom, two.bottom) - max(one.top, two.top)
    inside = config.inside * min(one.width, two.width), config.inside * min(one.height, two.height)
    if across > inside[0] and down > inside[1]:
        return True  # one lies inside the other's box: the two strokes of an open 4
    if small.height >= config.part * size:
        return False
    near = down > -config.near_gap * size
    if across > config.part_across * small.width and down > -config.bar_gap * size:
        return small.width > config.bar_width * size or near  # the bar of a 5, a serif
    return across > -config.side_gap * size and near


def _without_scraps(
    pieces: list[Piece], shape: tuple[int, ...], config: SegmentationConfig
) -> list[Piece]:
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
        return (at_edge(piece) and piece.size < config.edge_scrap * min(shape)) or (
            piece.width > config.dash_shape * piece.height
            and piece.height < config.dash_height * max(shape)
        )

    # Beside a digit that is whole, what the edge cuts is a neighbour's or the table's.
    if max(shape) > config.photo:
        least = min(config.small * tallest, config.whole * max(shape))
        inner = [piece for piece in pieces if not at_edge(piece)]
        if any(piece.height > least for piece in inner):
            pieces, tallest = inner, max(piece.height for piece in inner)
    return [
        piece
        for piece in pieces
        if not (max(shape) > config.one_digit * 2 and shadow_or_dash(piece))
        and piece.height > config.small * tallest
        and not (at_edge(piece) and piece.height < config.cut_off * tallest)
    ]


def _region(labels: np.ndarray, piece: Piece) -> Region:
    cut = labels[piece.top : piece.bottom, piece.left : piece.right]
    own = np.isin(cut, list(piece.labels))
    return Region((piece.top, piece.left, piece.bottom, piece.right), own)


def _separated(region: Region, config: SegmentationConfig) -> list[Region]:
    """Cut two digits that touch, where one thin stroke is all that joins them; else leave them."""
    mask = region.mask
    height, width = mask.shape
    if width < config.touching * height or height < config.least_height:
        return [region]
    thin = max(config.joint * mean_width(mask), config.joint_height * height)
    ink = mask.sum(axis=0)
    padded = np.vstack([np.zeros((1, width), bool), mask])
    runs = (padded[1:] & ~padded[:-1]).sum(axis=0)
    margin = max(1, round(config.side_margin * height))
    columns = np.arange(margin, width - margin)
    good = columns[(runs[columns] <= 1) & (ink[columns] <= thin)]
    for cut in sorted(good, key=lambda column: (ink[column], abs(column - width / 2))):
        parts = (mask[:, :cut], mask[:, cut:])
        least = config.side_height * height
        if all(np.ptp(np.flatnonzero(part.any(axis=1))) > least for part in parts):
            on_left = np.arange(width) < cut
            left, right = region.part(mask & on_left), region.part(mask & ~on_left)
            return [*_separated(left, config), *_separated(right, config)]
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
