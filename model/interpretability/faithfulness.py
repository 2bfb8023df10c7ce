"""Is an explanation true? Two ways to test it.

Deletion and insertion (Petsiuk, Das and Saenko 2018, "RISE: randomized input sampling for
explanation of black-box models"): erase the pixels that an explanation calls important, the most
important first. If it is right, the probability falls faster than when they are erased in random
order. Insertion starts with blank paper and puts them back. Only pixels with ink are erased:
erasing paper changes nothing, and an order that wastes its turns on paper would be too easy to
beat. Beside random order stand others that know nothing of the network (`PlainOrder`): what does
not beat them, too, has not shown that it knows more.

The control with random weights (Adebayo et al. 2018, "Sanity checks for saliency maps"): an
explanation that looks the same for a network that has learned nothing says nothing of what was
learned.

Functions that take a network run in a worker: they load TensorFlow.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model.data.mnist import DigitSource, digits_of
from model.interpretability.attribution import Attribution, AttributionMethod, Settings, attribute
from model.network import Network, NetworkConfig, weight_shapes
from model.network.forward import probabilities

STEPS = 100
"""Steps from the whole digit to blank paper; with fewer inked pixels each of them is one."""
ORDERS = 10
"""Random orders that the explanations are held against."""


class PlainOrder(StrEnum):
    """An order of the pixels that knows nothing of the network."""

    DARKNESS = "darkness"  # the darkest ink first
    MIDDLE = "middle outwards"
    LEFT = "left to right"


@dataclass(frozen=True, eq=False)
class Erasing:
    """The probability of one digit while its picture is erased, and while it is put back.

    Attributes:
        shares: (steps,) of the inked pixels that are erased or put back, 0 to 1.
        deletion: (orders, steps) probabilities, from the whole digit to blank paper.
        insertion: (orders, steps) probabilities, from blank paper to the whole digit.
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray

    @property
    def deletion_areas(self) -> np.ndarray:
        """(orders,) area under each deletion curve, 0 to 1: the smaller, the truer."""
        return np.asarray(np.trapezoid(self.deletion, self.shares, axis=1))

    @property
    def insertion_areas(self) -> np.ndarray:
        """(orders,) area under each insertion curve, 0 to 1: the larger, the truer."""
        return np.asarray(np.trapezoid(self.insertion, self.shares, axis=1))


@dataclass(frozen=True, eq=False)
class Control:
    """The same method on a network of random weights.

    Attributes:
        map: (28, 28) float32, its heat map there.
        inked: rank correlation of the two maps over the pixels with ink, −1 to 1.
        sizes: rank correlation of their absolute values over all pixels (as in the paper).
    """

    map: np.ndarray
    inked: float
    sizes: float


def importance_order(heat: np.ndarray, digit: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the inked pixels, the most important first, as indices into the flat picture.

    Pixels of equal importance come in random order.

    Args:
        heat: (28, 28), positive where a pixel speaks for the digit.
        digit: (28, 28) float32 in [0, 1].
        seed: of the order among equals.

    Raises:
        ValueError: there is no ink.
    """
    inked = random_order(digit, seed)
    return inked[np.argsort(-heat.ravel()[inked], kind="stable")]


def plain_order(which: PlainOrder, digit: np.ndarray) -> np.ndarray:
    """Return the inked pixels in an order that knows nothing of the network.

    Args:
        which: the order; equals come in random order.
        digit: (28, 28) float32 in [0, 1].

    Raises:
        ValueError: there is no ink.
    """
    rows, columns = np.indices(digit.shape)
    middle = (np.array(digit.shape) - 1) / 2
    match which:
        case PlainOrder.DARKNESS:
            first = digit
        case PlainOrder.MIDDLE:
            first = -np.hypot(rows - middle[0], columns - middle[1])
        case PlainOrder.LEFT:
            first = -columns.astype(float)
    return importance_order(first, digit)


def random_order(digit: np.ndarray, seed: int) -> np.ndarray:
    """Return the inked pixels in random order.

    Raises:
        ValueError: there is no ink.
    """
    inked = np.flatnonzero(digit)
    if not inked.size:
        raise ValueError("There is no ink in this digit.")
    return np.random.default_rng(seed).permutation(inked)


def other_orders(digit: np.ndarray) -> list[np.ndarray]:
    """Return what explanations are held against: the plain orders, then `ORDERS` random ones."""
    plain = [plain_order(each, digit) for each in PlainOrder]
    return plain + [random_order(digit, seed) for seed in range(1, ORDERS + 1)]


def erased(digit: np.ndarray, order: np.ndarray, count: int) -> np.ndarray:
    """Return the digit without the first `count` pixels of an order."""
    picture = digit.copy()
    picture.ravel()[order[:count]] = 0
    return picture


def erase(network: Network, digit: np.ndarray, label: int, orders: np.ndarray) -> Erasing:
    """Erase a digit, and put it back, in several orders.

    Args:
        network: any network.
        digit: (28, 28) float32 in [0, 1].
        label: the digit whose probability is watched.
        orders: (orders, inked pixels), each one a permutation of the inked pixels.
    """
    ink = orders.shape[1]
    counts = np.unique(np.rint(np.linspace(0, ink, min(STEPS, ink) + 1)).astype(int))
    pictures = [
        part
        for order in orders
        for less in (erased(digit, order, count) for count in counts)
        for part in (less, digit - less)
    ]
    shares = probabilities(network, np.stack(pictures))[:, label]
    deletion, insertion = np.moveaxis(shares.reshape(len(orders), len(counts), 2), 2, 0)
    return Erasing(counts / ink, deletion, insertion)


def areas(
    network: Network, source: DigitSource, methods: tuple[AttributionMethod, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Put every method to the test on one digit: the one that the network answers.

    Args:
        network: any network.
        source: the digit, or its name.
        methods: with their default settings.

    Returns:
        The areas under deletion and insertion, each (methods + 4,): the methods in their order,
        then the plain orders, and last the mean of the random ones.

    Raises:
        ValueError: it is not one digit, or there is no ink.
    """
    (digit,) = digits_of(source).inputs()
    label = int(probabilities(network, digit[None])[0].argmax())
    orders = [
        importance_order(attribute(network, digit, each, classes=(label,)).maps[:, :, 0], digit)
        for each in methods
    ]
    orders += other_orders(digit)
    found = erase(network, digit, label, np.stack(orders))
    count = len(methods) + len(PlainOrder)

    def with_mean(all_areas: np.ndarray) -> np.ndarray:
        return np.append(all_areas[:count], all_areas[count:].mean())

    return with_mean(found.deletion_areas), with_mean(found.insertion_areas)


def random_network(config: NetworkConfig, seed: int) -> Network:
    """Return a network that has learned nothing: the weights that a training would begin with.

    Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
    networks": uniform between ± √(6 / (inputs + outputs)); biases are 0.
    """
    rng = np.random.default_rng(seed)

    def draw(shape: tuple[int, ...]) -> np.ndarray:
        if len(shape) == 1:
            return np.zeros(shape, np.float32)
        limit = math.sqrt(6 / (math.prod(shape[:-2]) * (shape[-2] + shape[-1])))
        return rng.uniform(-limit, limit, shape).astype(np.float32)

    weights = {name: draw(shape) for name, shape in weight_shapes(config).items()}
    return Network(config, weights, "random weights")


def control(
    config: NetworkConfig,
    digit: np.ndarray,
    heat: np.ndarray,
    label: int,
    method: AttributionMethod,
    settings: Settings,
    seed: int,
) -> Control:
    """Explain a digit with a network of random weights and compare.

    Args:
        config: the architecture.
        digit: (28, 28) float32 in [0, 1].
        heat: (28, 28), what the method said of the trained network.
        label: the digit that it spoke about.
        method: the way to explain.
        settings: of the method.
        seed: of the random weights.
    """
    made: Attribution = attribute(random_network(config, seed), digit, method, settings, (label,))
    other, ink = made.maps[:, :, 0], digit > 0
    return Control(
        other,
        rank_correlation(heat[ink], other[ink]),
        rank_correlation(np.abs(heat).ravel(), np.abs(other).ravel()),
    )


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rank correlation of two equally long rows, −1 to 1.

    Equal values share the mean of their ranks. Where one row is constant, nothing can be said: the
    result is not-a-number.
    """
    from scipy.stats import spearmanr

    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:  # SciPy warns of these
        return math.nan
    return float(spearmanr(a, b).statistic)
