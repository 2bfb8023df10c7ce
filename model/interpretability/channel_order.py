"""Orders in which the maps or kernels of a layer can be laid out."""

from enum import StrEnum

import numpy as np


class Order(StrEnum):
    """By what the channels are ordered."""

    CHANNEL = "channel"
    MEAN = "mean"
    SIMILARITY = "similarity"


def channels_in_order(maps: np.ndarray, order: Order) -> np.ndarray:
    """Return the channels of some maps in an order.

    Args:
        maps: (height, width, channels), raw values.
        order: CHANNEL is as they are; MEAN puts the largest mean first; SIMILARITY puts each next
            to one that looks like it (see `similar_neighbours`).

    Returns:
        (channels,) integers, each channel once.
    """
    match order:
        case Order.CHANNEL:
            return np.arange(maps.shape[-1])
        case Order.MEAN:
            means = maps.mean(axis=tuple(range(maps.ndim - 1)), dtype=np.float64)
            return np.argsort(-means, kind="stable")
        case Order.SIMILARITY:
            return similar_neighbours(maps)


def similar_neighbours(maps: np.ndarray) -> np.ndarray:
    """Return the channels in a row in which neighbours are alike.

    Two maps are alike when the cosine of the angle between them, taken as vectors, is near 1: the
    same pattern at another strength counts as the same. The row begins with the strongest map and
    goes on with the most similar one that is left (the nearest-neighbour rule for short tours).
    Maps that are zero everywhere have no direction; they come last.

    Args:
        maps: (height, width, channels).

    Returns:
        (channels,) integers, each channel once.
    """
    vectors = maps.reshape(-1, maps.shape[-1]).T.astype(np.float64)
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = (vectors @ vectors.T) / np.maximum(np.outer(lengths, lengths), 1e-300)
    empty = np.flatnonzero(lengths == 0)
    left = np.flatnonzero(lengths > 0)
    if not left.size:
        return empty
    row = [int(np.argmax(lengths))]
    left = left[left != row[0]]
    while left.size:
        nearest = int(left[np.argmax(cosines[row[-1], left])])
        row.append(nearest)
        left = left[left != nearest]
    return np.concatenate([np.array(row, dtype=np.intp), empty])
