"""The map of digits: PCA and t-SNE against scikit-learn, gradients against finite differences."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from model.data.mnist import unseen
from model.interpretability.embedding import (
    STEPS,
    advance_layout,
    affinities,
    first_layout,
    gradient,
    neighbours,
    pca,
)


@pytest.fixture(scope="module")
def groups() -> tuple[np.ndarray, np.ndarray]:
    """Four groups of 30 points in 20 dimensions, and which group each belongs to."""
    chance = np.random.default_rng(2)
    middles = chance.normal(size=(4, 20)) * 4
    group = np.repeat(np.arange(4), 30)
    return (middles[group] + chance.normal(size=(120, 20))).astype(np.float32), group


def test_unseen_digits_are_a_hundred_of_each() -> None:
    data = unseen()
    np.testing.assert_array_equal(np.bincount(data.labels), [100] * 10)


def test_pca_is_that_of_scikit_learn(groups: tuple[np.ndarray, np.ndarray]) -> None:
    features, _ = groups
    plane, theirs = pca(features), PCA(2).fit(features)
    np.testing.assert_allclose(plane.shares, theirs.explained_variance_ratio_, rtol=1e-4)
    ours, expected = plane.points(features), theirs.transform(features)
    for axis in range(2):  # a direction may point either way
        sign = np.sign(ours[:, axis] @ expected[:, axis])
        np.testing.assert_allclose(ours[:, axis] * sign, expected[:, axis], atol=1e-3)


@pytest.mark.parametrize("units", [1, 2, 300])
def test_pca_works_for_dense_layers_of_any_size(units: int) -> None:
    features = np.random.default_rng(0).normal(size=(50, units)).astype(np.float32)
    plane = pca(features)
    assert plane.points(features).shape == (50, 2)
    assert np.isfinite(plane.points(features)).all()
    assert (plane.shares[0] == pytest.approx(1)) == (units == 1)


def test_pca_of_equal_points_is_one_point() -> None:
    plane = pca(np.ones((5, 3), np.float32))
    np.testing.assert_array_equal(plane.points(np.ones((5, 3), np.float32)), np.zeros((5, 2)))
    np.testing.assert_array_equal(plane.shares, [0, 0])


def test_pca_needs_two_points() -> None:
    with pytest.raises(ValueError, match="two points"):
        pca(np.ones((1, 3), np.float32))


def test_neighbours_are_the_nearest_and_not_the_point_itself() -> None:
    features = np.array([[5.0, 0], [1, 0], [0, 0], [2, 0]], np.float32)
    np.testing.assert_array_equal(neighbours(features, features[1], 2), [2, 3])


def test_likeness_sums_to_one_and_counts_as_many_neighbours_as_asked(
    groups: tuple[np.ndarray, np.ndarray],
) -> None:
    alike = affinities(groups[0], perplexity=10)
    assert alike.sum() == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(alike, alike.T)
    assert not alike.diagonal().any()


def test_the_gradient_is_that_of_the_divergence() -> None:
    """Kullback and Leibler's divergence by its definition, differentiated by small steps."""
    chance = np.random.default_rng(4)
    alike = affinities(chance.normal(size=(8, 3)).astype(np.float32), perplexity=2)
    alike = alike.astype(np.float64)
    points = chance.normal(size=(8, 2))

    def cost(at: np.ndarray) -> float:
        close = 1 / (1 + ((at[:, None] - at[None]) ** 2).sum(axis=2))
        np.fill_diagonal(close, 0)
        there = alike > 0
        return float((alike[there] * np.log(alike[there] / (close / close.sum())[there])).sum())

    found = gradient(alike, points, np.float32(1))
    for place in np.ndindex(points.shape):
        step = np.zeros_like(points)
        step[place] = 1e-5
        expected = (cost(points + step) - cost(points - step)) / 2e-5
        assert found[place] == pytest.approx(expected, abs=1e-6)


def test_tsne_keeps_the_neighbours_and_goes_in_slices(
    groups: tuple[np.ndarray, np.ndarray],
) -> None:
    features, group = groups
    layout = first_layout(features)
    while not layout.done:
        before = layout.step
        layout = advance_layout(features, layout, steps=70)
        assert before < layout.step <= STEPS
    assert trustworthiness(features, layout.points, n_neighbors=10) > 0.9
    nearest = [neighbours(layout.points, point, 1)[0] for point in layout.points]
    assert (group[nearest] == group).mean() > 0.97
    at_once = advance_layout(features, first_layout(features), steps=STEPS)
    np.testing.assert_array_equal(at_once.points, layout.points)
