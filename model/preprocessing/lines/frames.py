"""What printed lines leave on a sheet: scraps, boxes, rims and the broad rulings of a cell."""

import numpy as np

from model.preprocessing.binarization import mean_width
from model.preprocessing.configuration import DEFAULT, LineRemovalConfig
from model.preprocessing.lines.finding import thickest_of


def leftovers(
    mask: np.ndarray, band: np.ndarray, config: LineRemovalConfig = DEFAULT.lines
) -> np.ndarray:
    """Return what printed lines left behind: pieces that lie where lines were, boxes, rims.

    Args:
        mask: (h, w) bool, the ink of the sheet without lines.
        band: (h, w) bool, where lines were.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    if min(mask.shape) < config.smallest:
        return np.zeros_like(mask)
    parts, count = ndimage.label(mask, np.ones((3, 3)))
    size = np.bincount(parts.ravel(), minlength=count + 1)
    within = np.bincount(parts[band], minlength=count + 1)
    longest = np.array([0] + [_longer(box) for box in ndimage.find_objects(parts)])
    scrap = (within > config.within * size) & (longest < config.scrap * longest.max())
    scrap[0] = False
    left: np.ndarray = scrap[parts]
    left |= _frames(mask & ~left, config)
    return left


def rulings(mask: np.ndarray, config: LineRemovalConfig = DEFAULT.lines) -> np.ndarray:
    """Mark the broad rulings of a cell that was cut out of its table, (h, w) bool.

    They may be too thick for a line: pieces of ink that lie along the sheet's edges and nowhere
    else, of which one side goes on across the whole sheet, around a digit that does not touch them.

    Args:
        mask: (h, w) bool, all ink of the sheet.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    found = np.zeros_like(mask)
    if min(mask.shape) < config.smallest:
        return found
    height, width = mask.shape
    rows, columns = (round(config.ruling * side) for side in mask.shape)
    inner = (slice(rows, -rows), slice(columns, -columns))
    parts, count = ndimage.label(mask, np.ones((3, 3)))
    size = np.bincount(parts.ravel(), minlength=count + 1)
    inside = np.bincount(parts[inner].ravel(), minlength=count + 1)
    others = []
    for number, (down, across) in enumerate(ndimage.find_objects(parts), start=1):
        whole = (down.start <= 1 and down.stop >= height - 1) or (
            across.start <= 1 and across.stop >= width - 1
        )
        if whole and inside[number] <= config.frame_empty * size[number]:
            found[down, across] |= parts[down, across] == number
        else:
            others.append(down.stop - down.start)
    if max(others, default=0) < config.frame_holds * height:
        return np.zeros_like(mask)
    # With the soft edge, of which what is left of the ink may have a little more.
    result: np.ndarray = ndimage.maximum_filter(found.view(np.uint8), 5).view(bool)
    return result


def cell_edges(mask: np.ndarray, config: LineRemovalConfig = DEFAULT.lines) -> np.ndarray:
    """Mark what a small file shows of the frame around its cell, (h, w) bool.

    A cell that was cut out of a form or a sudoku and made small keeps pieces of its frame: ink that
    lies along the edges of the file and hardly reaches inside, around a digit that stands clear of
    all edges. Where no such digit is, the file is cut tightly and what is at its edges is stroke.

    Args:
        mask: (h, w) bool, all ink of the file.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    inside = _inside(parts, config)
    found = np.zeros_like(mask)
    height, width = mask.shape
    tallest = 0
    for number, (down, across) in enumerate(ndimage.find_objects(parts), start=1):
        clear = min(down.start, height - down.stop, across.start, width - across.stop) > 0
        if clear and inside[number] > config.cell_inside:
            tallest = max(tallest, down.stop - down.start)
        if _at_edge((down, across), mask.shape, config) and inside[number] <= config.cell_empty:
            found |= parts == number
    return found if tallest >= config.cell_holds * height else np.zeros_like(mask)


def bare_frame(mask: np.ndarray, config: LineRemovalConfig = DEFAULT.lines) -> bool:
    """Whether all ink is what a picture of an empty cell shows of its frame.

    That is bars and corners along the edges, or all of it. A 1 that is cut out tightly lies along
    them too, but its picture is narrow; a 0 does, but has round corners or a bold line, where a
    frame that is closed has four square corners and a fine one.

    Args:
        mask: (h, w) bool, all ink of the picture.
        config: the numbers of this stage.
    """
    from scipy import ndimage

    height, width = mask.shape
    if width < config.bare_width * height:
        return False
    parts, count = ndimage.label(mask, np.ones((3, 3)))
    inside = _inside(parts, config)
    rim = _rim(mask.shape, config)
    size = max(mask.shape)
    dirt = max(config.bare_dirt[size > config.bare_cell] * size, config.bare_dirt_px)
    for number, box in enumerate(ndimage.find_objects(parts), start=1):
        own = parts[box] == number
        if max(own.shape) < dirt:
            continue
        if not _at_edge(box, mask.shape, config) or inside[number] > config.cell_empty:
            return False
        corners = [
            turned[: rim[0], : rim[1]].any()
            for turned in (own, own[::-1], own[:, ::-1], own[::-1, ::-1])
        ]
        bar = min(own.shape[0] / height, own.shape[1] / width) <= config.ruling
        enclosed = bool((ndimage.binary_fill_holes(own) & ~own).sum() > own.sum())
        if enclosed:
            thin = mean_width(own) <= config.cell_rim * size
            if not thin or sum(corners) < 4 or width < config.bare_closed * height:
                return False
        elif not (bar or sum(corners) >= 3):
            return False
    return bool(count > 0)


def _inside(parts: np.ndarray, config: LineRemovalConfig) -> np.ndarray:
    """The share of its ink that each piece has away from the edges; `parts` are labels."""
    height, width = parts.shape
    rows, columns = (max(1, round(config.ruling * side)) for side in parts.shape)
    size = np.bincount(parts.ravel())
    inner = parts[rows : height - rows, columns : width - columns]
    result: np.ndarray = np.bincount(inner.ravel(), minlength=len(size)) / np.maximum(size, 1)
    return result


def _rim(shape: tuple[int, ...], config: LineRemovalConfig) -> tuple[int, int]:
    """How near the upper or lower edge, and the left or right one, a frame begins, in pixels."""
    rows, columns = (max(1, round(config.cell_rim * side)) for side in shape)
    return rows, columns


def _at_edge(box: tuple[slice, ...], shape: tuple[int, ...], config: LineRemovalConfig) -> bool:
    near = (
        min(side.start, full - side.stop) < rim
        for side, full, rim in zip(box, shape, _rim(shape, config), strict=True)
    )
    return any(near)


def _frames(mask: np.ndarray, config: LineRemovalConfig) -> np.ndarray:
    """Mark closed boxes with other ink inside, and straight remains along the sheet's edge."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(parts)
    found = np.zeros_like(mask)
    height, width = mask.shape
    thickest = thickest_of(mask.shape, config)
    border = 2 * thickest
    for number, (rows, columns) in enumerate(boxes, start=1):
        tall, wide = rows.stop - rows.start, columns.stop - columns.start
        at_edge = ((rows.stop <= border or rows.start >= height - border) and tall <= border) or (
            (columns.stop <= border or columns.start >= width - border) and wide <= border
        )
        if at_edge:
            found[rows, columns] |= parts[rows, columns] == number
        elif min(tall, wide) >= config.frame_side * min(height, width) and (
            min(tall, wide) > config.frame_line * thickest
        ):
            here = parts[rows, columns]
            own = here == number
            inner = (slice(border, -border), slice(border, -border))
            inside = (here[inner] > 0) & ~own[inner]
            others = np.flatnonzero(inside.any(axis=1))
            holds = len(others) and np.ptp(others) > config.frame_holds * tall
            if _is_box(own, border, config) and holds:
                found[rows, columns] |= own
    return found


def _is_box(own: np.ndarray, border: int, config: LineRemovalConfig) -> bool:
    sides = (
        own[:border].any(axis=0).mean(),
        own[-border:].any(axis=0).mean(),
        own[:, :border].any(axis=1).mean(),
        own[:, -border:].any(axis=1).mean(),
    )
    inner = own[border:-border, border:-border]
    empty = float(inner.sum()) < config.frame_empty * float(own.sum())
    return min(sides) > config.frame_closed and empty


def longest(mask: np.ndarray) -> int:
    """The longer side of the longest piece of ink, in pixels."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    return max((_longer(box) for box in ndimage.find_objects(parts)), default=0)


def _longer(box: tuple[slice, ...]) -> int:
    return max(int(side.stop - side.start) for side in box)
