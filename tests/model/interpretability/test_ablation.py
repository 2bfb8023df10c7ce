import numpy as np
import pytest

from model.data.mnist import embedded, unseen
from model.interpretability.ablation import (
    Ablation,
    TestEffect,
    Trial,
    changed_digits,
    changed_network,
    for_unseen,
)
from model.network import Network, NetworkConfig
from model.network.activations import forward_pass
from tests.noise import noise_network

CONFIG = NetworkConfig(filters=(3, 4), kernel_size=5, pooling="average", dense_units=6, dropout=0.4)


def test_a_filter_that_is_off_makes_a_map_of_zeros_and_changes_no_other() -> None:
    made = noise_network(CONFIG)
    picture = embedded().test.inputs()[3]
    off = forward_pass(changed_network(made, Ablation((("conv1", 1),))), picture)
    on = forward_pass(made, picture)
    assert not off.layers[0].after[:, :, 1].any()
    assert np.array_equal(off.layers[0].after[:, :, [0, 2]], on.layers[0].after[:, :, [0, 2]])
    assert on.layers[0].after[:, :, 1].any()
    assert not np.array_equal(off.probabilities, on.probabilities)


def test_the_network_itself_is_left_alone() -> None:
    made = noise_network(CONFIG)
    before = made.fingerprint
    changed_network(made, Ablation((("conv1", 1), ("conv1", 2), ("conv2", 0))))
    assert Network(CONFIG, made.weights, "again").fingerprint == before


def test_setting_the_map_to_zero_is_the_same_as_the_next_layer_not_reading_it() -> None:
    """Two ways to switch off: zero the filter, or zero the weights that read its map."""
    made = noise_network(CONFIG)
    deaf = dict(made.weights)
    deaf["conv2/kernel"] = deaf["conv2/kernel"].copy()
    deaf["conv2/kernel"][:, :, 1, :] = 0
    picture = embedded().test.inputs()[8]
    one = forward_pass(changed_network(made, Ablation((("conv1", 1),))), picture)
    other = forward_pass(Network(CONFIG, deaf, "deaf"), picture)
    assert np.allclose(one.logits, other.logits, rtol=1e-5, atol=1e-5)


def test_a_pixel_flips_and_flips_back() -> None:
    picture = embedded().test.inputs()[0]
    change = Ablation().toggled_pixel(5, 6).toggled_pixel(0, 0)
    flipped = changed_digits(picture, change)
    assert flipped[5, 6] == 1 - picture[5, 6]
    assert (flipped != picture).sum() == 2
    assert np.array_equal(changed_digits(flipped, change), picture)
    assert change.toggled_pixel(5, 6) == Ablation((), ((0, 0),))
    many = changed_digits(np.stack([picture, picture]), change)
    assert np.array_equal(many, np.stack([flipped, flipped]))


def test_filters_toggle_and_an_empty_change_is_false() -> None:
    change = Ablation().toggled_filter("conv1", 2)
    assert change
    assert change.filters == (("conv1", 2),)
    assert not change.toggled_filter("conv1", 2)


@pytest.mark.parametrize("name", [("conv1", 3), ("conv3", 0), ("dense", 0), ("conv1", -1)])
def test_a_filter_that_is_not_there_is_refused(name: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match=name[0]):
        changed_network(noise_network(CONFIG), Ablation((name,)))


def test_a_pixel_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="28"):
        changed_digits(embedded().test.inputs()[0], Ablation((), ((28, 0),)))


def test_trying_on_top_of_what_is_kept() -> None:
    kept = Ablation((("conv1", 1),), ((2, 2),))
    assert Trial().on(kept) == kept
    assert Trial((4, 4), ("conv2", 0)).on(kept) == Ablation(
        (("conv1", 1), ("conv2", 0)), ((2, 2), (4, 4))
    )
    assert Trial((2, 2), ("conv1", 1)).on(kept) == Ablation()
    assert Trial((0, 0)).on(Ablation()) == Ablation((), ((0, 0),))


def test_a_change_leaves_out_what_another_network_does_not_have() -> None:
    change = Ablation((("conv1", 2), ("conv2", 1), ("conv1", 0)), ((3, 3),))
    smaller = NetworkConfig(filters=(2,))
    assert change.within(smaller) == Ablation((("conv1", 0),), ((3, 3),))
    assert change.within(CONFIG) == change


def test_a_thousand_unseen_digits() -> None:
    digits = unseen()
    assert len(digits) == 1000
    training = {image.tobytes() for image in embedded().training.images}
    assert not any(image.tobytes() in training for image in digits.images)
    effect = for_unseen(noise_network(CONFIG), Ablation((("conv1", 0), ("conv1", 1), ("conv1", 2))))
    assert effect.counts.tolist() == [100] * 10
    assert len(set(effect.after.tolist())) == 1  # nothing of the picture is left: one answer
    assert np.array_equal(effect.changed, np.flatnonzero(effect.before != effect.after))


def test_counting_by_hand() -> None:
    effect = TestEffect(np.array([1, 1, 7]), np.array([1, 7, 7]), np.array([1, 1, 1]))
    assert effect.right(effect.before).tolist() == [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    assert effect.right(effect.after).tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert effect.changed.tolist() == [1, 2]
