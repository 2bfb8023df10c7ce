"""Changed digits against other ways to make them; attacks against finite differences."""

import numpy as np
import pytest
from scipy import ndimage

from model.data import mnist
from model.data.mnist import Selection
from model.evaluation.adversarial import (
    EPSILONS,
    REFINED_STEPS,
    AttackMethod,
    attack,
    loss_gradient,
    refined,
)
from model.evaluation.corruptions import (
    RANGES,
    Corruption,
    Measured,
    changed,
    curve,
    measure,
    moved,
    read_changed,
)
from model.network import Network, NetworkConfig
from model.network.forward import logits_and_probabilities
from model.network.keras_model import build
from model.network.shipped import shipped
from tests.networks import weights_of


@pytest.fixture(scope="module")
def some() -> np.ndarray:
    return mnist.embedded().test.inputs()[:12]


@pytest.fixture(scope="module")
def network() -> Network:
    config = NetworkConfig(filters=(6,), dense_units=12)
    return Network(config, weights_of(build(config, seed=1), config), "a test")


@pytest.mark.parametrize("change", list(Corruption))
def test_every_strength_gives_digits(some: np.ndarray, change: Corruption) -> None:
    info = RANGES[change]
    assert len(info.strengths) == 9
    assert list(info.strengths) == sorted(info.strengths)
    assert info.strengths[0] <= info.nothing <= info.strengths[-1]
    for strength in info.strengths:
        result = changed(some, change, strength)
        assert result.shape == some.shape
        assert result.dtype == np.float32
        assert result.min() >= 0
        assert result.max() <= 1
        assert (strength == info.nothing) == np.array_equal(result, some)


def test_a_shift_moves_whole_pixels(some: np.ndarray) -> None:
    result = changed(some, Corruption.SHIFT, 3)
    np.testing.assert_allclose(result[:, :, 3:], some[:, :, :-3], atol=1e-6)
    assert not result[:, :, :3].any()
    np.testing.assert_allclose(
        changed(some, Corruption.SHIFT, -3)[:, :, :-3], some[:, :, 3:], atol=1e-6
    )


def test_a_quarter_turn_is_clockwise(some: np.ndarray) -> None:
    np.testing.assert_allclose(moved(some, degrees=90), np.rot90(some, -1, (1, 2)), atol=1e-5)


@pytest.mark.parametrize(("degrees", "size"), [(17.0, 1.0), (0.0, 0.7), (-40.0, 1.3)])
def test_turns_and_sizes_are_those_of_scipy(some: np.ndarray, degrees: float, size: float) -> None:
    angle = np.radians(degrees)
    back = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / size
    middle = np.array([13.5, 13.5])
    for digit, result in zip(some, moved(some, degrees=degrees, size=size), strict=True):
        expected = ndimage.affine_transform(
            digit, back, middle - back @ middle, order=1, mode="grid-constant"
        )
        np.testing.assert_allclose(result, expected, atol=1e-4)


def test_thickness_is_dilation_and_erosion(some: np.ndarray) -> None:
    for digit, thick, thin in zip(
        some,
        changed(some, Corruption.THICKNESS, 2),
        changed(some, Corruption.THICKNESS, -1),
        strict=True,
    ):
        np.testing.assert_allclose(thick, ndimage.grey_dilation(digit, size=5), atol=1e-6)
        expected = ndimage.grey_erosion(digit, size=3, mode="constant", cval=0)
        np.testing.assert_allclose(thin, expected, atol=1e-6)


def test_blur_is_that_of_scipy(some: np.ndarray) -> None:
    for digit, result in zip(some, changed(some, Corruption.BLUR, 1.5), strict=True):
        expected = ndimage.gaussian_filter(digit, 1.5, mode="constant", truncate=12)
        np.testing.assert_allclose(result, expected, atol=1e-4)


def test_light_changes_worked_by_hand() -> None:
    digit = np.zeros((1, 28, 28), np.float32)
    digit[0, :14] = 1
    np.testing.assert_allclose(changed(digit, Corruption.CONTRAST, 0.4)[0, [0, 20], 0], [0.7, 0.3])
    np.testing.assert_allclose(changed(digit, Corruption.INVERSION, 1), 1 - digit)
    np.testing.assert_allclose(changed(digit, Corruption.INVERSION, 0.5), np.full_like(digit, 0.5))


def test_noise_is_the_same_for_the_same_seed(some: np.ndarray) -> None:
    one, again = (changed(some, Corruption.NOISE, 0.3, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, changed(some, Corruption.NOISE, 0.3, seed=5))


def test_a_curve_joins_the_slices_of_one_change() -> None:
    parts = [
        Measured(Corruption.SHIFT, 0.0, 500, 490, 480.0),
        Measured(Corruption.SHIFT, 0.0, 500, 480, 490.0),
        Measured(Corruption.SHIFT, -8.0, 500, 50, 400.0),
        Measured(Corruption.BLUR, 0.0, 500, 1, 1.0),
    ]
    first, second = curve(parts, Corruption.SHIFT)
    assert (first.strength, first.count, first.accuracy) == (-8.0, 500, 0.1)
    assert (second.count, second.accuracy, second.confidence) == (1000, 0.97, 0.97)


def test_measured_is_what_the_network_says(network: Network) -> None:
    test = mnist.embedded().test.take(np.arange(40))
    found = measure(network, Selection(part="test", stop=40), Corruption.ROTATION, 15.0, seed=0)
    shares = logits_and_probabilities(network, changed(test.inputs(), Corruption.ROTATION, 15.0))[1]
    assert found.right == (shares.argmax(axis=1) == test.labels).sum()
    assert found.confidence == pytest.approx(shares.max(axis=1).sum(), rel=1e-5)


def test_one_digit_is_changed_in_one_order(network: Network, some: np.ndarray) -> None:
    strengths = {Corruption.SHIFT: 2.0, Corruption.THICKNESS: 1.0, Corruption.BLUR: 0.0}
    inside = read_changed(network, some[0], strengths)
    thick = changed(some[:1], Corruption.THICKNESS, 1.0)
    np.testing.assert_array_equal(inside.digit, changed(thick, Corruption.SHIFT, 2.0)[0])
    with pytest.raises(ValueError, match="shape"):
        read_changed(network, some[0][:20], strengths)


def test_the_gradient_is_that_of_the_loss(network: Network) -> None:
    """On a grey picture: plain paper stands on the very bend of an untrained network's ReLUs."""
    label, rng = 4, np.random.default_rng(0)
    digit = rng.uniform(0.2, 0.8, (28, 28)).astype(np.float32)
    gradient = loss_gradient(network, digit[None], label)[0]

    def loss(pixels: np.ndarray) -> float:
        logits = logits_and_probabilities(network, pixels[None])[0][0].astype(np.float64)
        return float(np.log(np.exp(logits - logits[label]).sum()))

    for row, column in rng.integers(4, 24, (12, 2)):
        step = np.zeros_like(digit)
        step[row, column] = 1e-3
        expected = (loss(digit + step) - loss(digit - step)) / 2e-3
        assert gradient[row, column] == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("method", list(AttackMethod))
def test_an_attack_stays_within_epsilon_and_raises_the_loss(
    network: Network, some: np.ndarray, method: AttackMethod
) -> None:
    digit = some[0]
    label = int(logits_and_probabilities(network, digit[None])[0].argmax())
    found = attack(network, digit, label, method)
    reach = np.abs(found.pixels - digit).max(axis=(1, 2))
    assert (reach <= np.array(EPSILONS) + 1e-6).all()
    assert found.pixels.min() >= 0
    assert found.pixels.max() <= 1
    np.testing.assert_array_equal(found.pixels[0], digit)
    shares = found.probabilities[:, label]
    assert shares[3] < shares[0]
    smallest = found.smallest
    assert smallest is not None
    assert found.probabilities[smallest].argmax() != label
    assert (found.probabilities[:smallest].argmax(axis=1) == label).all()


def test_many_small_steps_get_at_least_as_far_as_one(network: Network, some: np.ndarray) -> None:
    lower = 0
    for digit in some[:6]:
        label = int(logits_and_probabilities(network, digit[None])[0].argmax())
        one, many = (attack(network, digit, label, method) for method in AttackMethod)
        lower += bool(many.probabilities[5, label] <= one.probabilities[5, label] + 1e-6)
    assert lower >= 5


def test_what_was_found_first_is_refined_from_above(network: Network, some: np.ndarray) -> None:
    smaller = 0
    for digit in some[:3]:
        label = int(logits_and_probabilities(network, digit[None])[0].argmax())
        found = attack(network, digit, label, AttackMethod.ITERATED)
        assert found.smallest
        first = found.epsilons[found.smallest]
        for step, count in REFINED_STEPS:
            found = refined(network, digit, found, step, count)
        place = found.smallest
        assert place
        assert list(found.epsilons) == sorted(set(found.epsilons))
        assert len(found.epsilons) == len(found.pixels) == len(found.probabilities)
        epsilon = found.epsilons[place]
        assert epsilon <= first
        smaller += epsilon < first
        assert np.abs(found.pixels[place] - digit).max() <= epsilon + 1e-6
        again = logits_and_probabilities(network, found.pixels[place][None])[0].argmax()
        assert again == found.probabilities[place].argmax() != label
    assert smaller >= 2  # the grid is coarse: something smaller is nearly always there


def test_a_digit_that_is_misread_as_it_is_needs_no_refining(
    network: Network, some: np.ndarray
) -> None:
    label = int(logits_and_probabilities(network, some[:1])[0].argmax())
    found = attack(network, some[0], (label + 1) % 10, AttackMethod.ONE_STEP)
    assert found.smallest == 0
    assert refined(network, some[0], found, 0.005, 8) is found


def test_one_step_leaves_seven_of_fifty_digits_as_they_are() -> None:
    """As the page says of every tenth test digit; many steps change all of these seven."""
    test, left = mnist.embedded().test, []
    for place in range(0, 500, 10):
        digit, label = test.inputs()[place], int(test.labels[place])
        if attack(shipped(), digit, label, AttackMethod.ONE_STEP).smallest is None:
            left.append((digit, label))
    assert len(left) == 7
    digit, label = left[0]
    assert attack(shipped(), digit, label, AttackMethod.ITERATED).smallest is not None


def test_an_attack_needs_a_digit_and_a_label(network: Network, some: np.ndarray) -> None:
    with pytest.raises(ValueError, match="label"):
        attack(network, some[0], 10, AttackMethod.ONE_STEP)
    with pytest.raises(ValueError, match="shape"):
        attack(network, some, 1, AttackMethod.ONE_STEP)
