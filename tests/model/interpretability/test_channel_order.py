import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.interpretability.channel_order import Order, channels_in_order, similar_neighbours


def by_loops(maps: np.ndarray) -> list[int]:
    """The greedy row with cosines computed one by one."""
    columns = [maps[..., c].ravel().astype(float) for c in range(maps.shape[-1])]
    left = [c for c, column in enumerate(columns) if np.any(column)]
    if not left:
        return list(range(len(columns)))
    row = [max(left, key=lambda c: np.linalg.norm(columns[c]))]
    left.remove(row[0])
    while left:
        here = columns[row[-1]]

        def cosine(c: int, here: np.ndarray = here) -> float:
            return here @ columns[c] / (np.linalg.norm(here) * np.linalg.norm(columns[c]))

        best = max(left, key=cosine)
        row.append(best)
        left.remove(best)
    return row + [c for c, column in enumerate(columns) if not np.any(column)]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 9),
    st.sampled_from(Order),
    st.integers(0, 9999),
)
def test_every_channel_comes_once(height, width, channels, order, seed) -> None:
    maps = np.random.default_rng(seed).normal(size=(height, width, channels)).astype(np.float32)
    found = channels_in_order(maps, order)
    assert sorted(found.tolist()) == list(range(channels))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.integers(0, 9999))
def test_similarity_is_the_greedy_row(channels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    maps = random.normal(size=(4, 5, channels)).astype(np.float32)
    maps[..., random.random(channels) < 0.2] = 0
    assert similar_neighbours(maps).tolist() == by_loops(maps)


def test_the_same_pattern_at_another_strength_is_a_neighbour() -> None:
    edge, spot = np.eye(3), np.zeros((3, 3))
    spot[0, 2] = 1
    maps = np.stack([4 * edge, 3 * spot, np.zeros((3, 3)), 0.1 * edge, -edge], axis=2)
    assert channels_in_order(maps, Order.SIMILARITY).tolist() == [0, 3, 1, 4, 2]


def test_the_largest_mean_comes_first_and_ties_keep_their_order() -> None:
    maps = np.zeros((2, 2, 4), np.float32)
    maps[..., 2] = 3
    maps[0, 0, 1] = 100
    maps[..., 0] = -1
    assert channels_in_order(maps, Order.MEAN).tolist() == [1, 2, 3, 0]
    assert channels_in_order(np.ones((2, 2, 3)), Order.MEAN).tolist() == [0, 1, 2]


@pytest.mark.parametrize("order", Order)
def test_nothing_but_zeros_has_an_order_too(order: Order) -> None:
    assert channels_in_order(np.zeros((3, 3, 4)), order).tolist() == [0, 1, 2, 3]
