"""How small can it be? One network with zeros in it, with fewer bits, and small students of it.

Every point is a real .tflite file: its bytes, its accuracy on the test digits when LiteRT runs it,
and what of it is not zero are taken from the file itself.

Weights are set to zero step by step: 20 %, some training, 40 %, some training … Han, Pool, Tran and
Dally 2015 found that better than all at once. For the students see
`model.experiments.compression.steps`, for the files `model.experiments.compression.lite`.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from model.data.mnist import DataSet, load
from model.experiments.compression.lite import (
    LiteForm,
    answered,
    converted,
    packed_size,
    read_file,
    rounded,
)
from model.experiments.compression.pruning import mask, pruned
from model.experiments.compression.steps import Teacher, learned
from model.experiments.experiment import (
    Done,
    Experiment,
    Inputs,
    Part,
    Settings,
    Steps,
    Value,
    Working,
)
from model.network import Network, NetworkConfig, count_parameters, from_vector, to_vector
from model.network.forward import logits_and_probabilities
from model.network.keras_model import first_weights
from model.network.shipped import shipped

SHARES = (20, 40, 50, 60, 70, 80, 90, 95, 99)
"""Percent of the weights that are zero."""
ROUNDED_SHARES = (80, 90, 95)
"""Of these there is a file of whole numbers, too."""
STUDENTS: Mapping[str, NetworkConfig] = MappingProxyType(
    {
        "large": NetworkConfig(filters=(16, 32, 32), dense_units=32),
        "middle": NetworkConfig(filters=(8, 16, 16), dense_units=16),
        "small": NetworkConfig(filters=(4, 8, 8), dense_units=8),
    }
)
UNSEEN = 3
"""The digit that one student never sees."""
UNSEEN_STUDENT = "large"
BIASES = tuple(range(21))
"""What is added to that student's score of the unseen digit."""
ASKED = 256
"""Digits that the teacher is asked about at a time, between two signs of life."""
SAMPLES = 100
"""Training digits that show the converter how large values become."""
TUNING, TUNING_RATE = 125, 0.003
"""Updates after each step of pruning (all training digits once), and their learning rate."""
LEARNING_RATE = 0.003
"""Of the students."""


class Way(StrEnum):
    """How a network was made smaller."""

    WHOLE = "whole"  # it was not; its numbers may be written with fewer bits
    CUT = "cut"  # the smallest weights are zero
    TUNED = "tuned"  # likewise, step by step, with training after each
    ALONE = "alone"  # a smaller network that learns from the labels
    DISTILLED = "distilled"  # the same one, which learns from the large one's answers
    UNSEEN = "unseen"  # likewise, and there is no 3 among its digits


@dataclass(frozen=True)
class SmallSettings(Settings):
    """Settings of this experiment."""

    temperature: int = 12  # of the teacher's answers
    updates: int = 1000  # of each student

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.temperature <= 20:
            raise ValueError("The temperature must lie between 1 and 20.")
        if not 10 <= self.updates <= 5000:
            raise ValueError("The number of updates must lie between 10 and 5,000.")


@dataclass(frozen=True)
class Point:
    """One small network; what is measured of it with other chances is the same point."""

    way: Way
    form: LiteForm = LiteForm.FLOAT32
    share: int = 0  # percent of its weights that were set to zero
    student: str = ""  # its name, where it is one

    def key(self, seed: int) -> str:
        """Of the part that measures it."""
        what = self.student or f"{self.share:02}"
        return f"{self.way}-{what}-{self.form.replace(' ', '-')}-{seed}"


def points(settings: SmallSettings) -> list[tuple[Point, int]]:
    """All points with their seeds, in the order in which they are measured."""
    found = [(Point(Way.WHOLE), 0)]
    found += [(Point(Way.WHOLE, form), 0) for form in (LiteForm.FLOAT16, LiteForm.WEIGHTS8)]
    seeds = range(settings.seeds)
    found += [(Point(Way.WHOLE, LiteForm.INT8), seed) for seed in seeds]
    found += [(Point(Way.CUT, share=share), 0) for share in SHARES]
    for seed in seeds:
        for share in SHARES:
            found.append((Point(Way.TUNED, share=share), seed))
            if share in ROUNDED_SHARES:
                found.append((Point(Way.TUNED, LiteForm.INT8, share), seed))
        for student in STUDENTS:
            found.append((Point(Way.ALONE, student=student), seed))
            found.append((Point(Way.DISTILLED, student=student), seed))
            found.append((Point(Way.DISTILLED, LiteForm.INT8, student=student), seed))
        found.append((Point(Way.UNSEEN, student=UNSEEN_STUDENT), seed))
    return found


def plan(settings: SmallSettings) -> Sequence[str]:
    """See `Experiment.plan`."""
    return [point.key(seed) for point, seed in points(settings)]


def measure(settings: SmallSettings, inputs: Inputs, done: Done) -> Steps:
    """See `Experiment.measure`.

    Values of each point: way, form, share, student, seed; accuracy, a share of the test digits;
    nonzero, of its parameters; bytes, packed (by gzip); milliseconds a digit; in_float, the layers
    that the converter left in float; input_scale, input_zero, output_scale, output_zero.
    Of the student without a 3 instead: of the test digits those read wrongly, and of these the 3s,
    for each bias ("wrong 7", "wrong threes 7").
    """
    work = _Work(inputs.network or shipped(), settings, load("embedded"), dict(done))
    for point, seed in points(settings):
        key = point.key(seed)
        if key not in done:
            part = yield from work.part(point, seed)
            work.done[key] = part
            yield part


@dataclass(frozen=True, eq=False)
class _Work:
    """What the parts have in common."""

    base: Network
    settings: SmallSettings
    data: DataSet
    done: dict[str, Part]
    logits: list[np.ndarray] = field(default_factory=list)  # of the base, for the training digits

    def part(self, point: Point, seed: int) -> Generator[Working, None, Part]:
        network = yield from self._made(point, seed)
        about: dict[str, Value] = {
            "way": point.way.value,
            "form": point.form.value,
            "share": point.share,
            "student": point.student or None,
            "seed": seed,
        }
        learns = point.way not in (Way.WHOLE, Way.CUT) and point.form is LiteForm.FLOAT32
        arrays = {"weights": to_vector(network.weights)} if learns else {}
        if point.way is Way.UNSEEN:
            return Part(point.key(seed), about | self._wrong(network), arrays)
        figures = yield from self._figures(network, point.form, seed)
        return Part(point.key(seed), about | figures, arrays)

    def _made(self, point: Point, seed: int) -> Generator[Working, None, Network]:
        """The network of a point, in float32."""
        match point.way:
            case Way.WHOLE:
                return self.base
            case Way.CUT:
                return pruned(self.base, point.share / 100)
            case Way.TUNED:
                return (yield from self._tuned(point.share, seed))
            case _:
                return (yield from self._student(point, seed))

    def _tuned(self, share: int, seed: int) -> Generator[Working, None, Network]:
        """From the step before; what is zero there is smallest here, and stays zero."""
        point = Point(Way.TUNED, share=share)
        kept = self.done.get(point.key(seed))
        if kept is not None:
            return in_float32(point, self.base, kept.arrays["weights"])
        place = SHARES.index(share)
        before = (yield from self._tuned(SHARES[place - 1], seed)) if place else self.base
        stays = mask(before, share / 100)
        network = yield from learned(
            before, self.data.training, TUNING, seed, rate=TUNING_RATE, stays=stays
        )
        return in_float32(point, self.base, to_vector(network.weights))

    def _student(self, point: Point, seed: int) -> Generator[Working, None, Network]:
        kept = self.done.get(replace(point, form=LiteForm.FLOAT32).key(seed))
        if kept is not None:
            return in_float32(point, self.base, kept.arrays["weights"])
        config = STUDENTS[point.student]
        start = Network(config, first_weights(config, seed), "a student")
        digits, teacher = self.data.training, None
        if point.way is not Way.ALONE:
            yield from self._ask_teacher()
            # It learns from the teacher alone: a label would say "certainly no 3" of each digit.
            teacher = Teacher(np.concatenate(self.logits), self.settings.temperature, 1.0)
        if point.way is Way.UNSEEN and teacher is not None:
            others = np.flatnonzero(digits.labels != UNSEEN)
            digits, teacher = digits.take(others), replace(teacher, logits=teacher.logits[others])
        updates = self.settings.updates
        network = yield from learned(
            start, digits, updates, seed, rate=LEARNING_RATE, teacher=teacher
        )
        return in_float32(point, self.base, to_vector(network.weights))

    def _ask_teacher(self) -> Generator[Working, None, None]:
        """What the large network says of the training digits: asked once, in slices."""
        pictures = self.data.training.inputs()
        while sum(map(len, self.logits)) < len(pictures):
            start = sum(map(len, self.logits))
            logits, _ = logits_and_probabilities(self.base, pictures[start : start + ASKED])
            self.logits.append(logits)
            yield Working(0.0)

    def _wrong(self, network: Network) -> dict[str, Value]:
        logits, _ = logits_and_probabilities(network, self.data.test.inputs())
        found: dict[str, Value] = {}
        for bias in BIASES:
            wrong, of_it = wrong_with_bias(logits, self.data.test.labels, UNSEEN, bias)
            found |= {f"wrong {bias}": wrong, f"wrong threes {bias}": of_it}
        return found

    def _figures(
        self, network: Network, form: LiteForm, seed: int
    ) -> Generator[Working, None, dict[str, Value]]:
        """What is told of a network as a file."""
        content = file_of(network, form, seed)
        yield Working(0.95)
        test = self.data.test
        run = yield from answered(content, test.inputs())
        file = read_file(content, network)
        return {
            "accuracy": float((run.probabilities.argmax(axis=1) == test.labels).mean()),
            "nonzero": file.nonzero,
            "parameters": count_parameters(network.config),
            "bytes": len(content),
            "packed": packed_size(content),
            "milliseconds": run.milliseconds,
            "in_float": ", ".join(file.in_float),
            "input_scale": file.input.scale,
            "input_zero": file.input.zero,
            "output_scale": file.output.scale,
            "output_zero": file.output.zero,
        }


def wrong_with_bias(
    logits: np.ndarray, labels: np.ndarray, digit: int, bias: float
) -> tuple[int, int]:
    """How many digits are read wrongly, and how many of one kind, with a bias for that kind.

    Args:
        logits: (n, 10).
        labels: (n,).
        digit: whose score is raised.
        bias: by so much.
    """
    raised = logits.copy()
    raised[:, digit] += bias
    wrong = raised.argmax(axis=1) != labels
    return int(wrong.sum()), int(wrong[labels == digit].sum())


def point_of(part: Part) -> Point:
    """Which point a part has measured."""
    values = part.values
    return Point(
        Way(str(values["way"])),
        LiteForm(str(values["form"])),
        int(values["share"] or 0),
        str(values["student"] or ""),
    )


def file_of(network: Network, form: LiteForm, seed: int = 0) -> bytes:
    """The .tflite file of a point's network; the seed chooses the digits of whole numbers."""
    training = load("embedded").training
    chosen = np.random.default_rng((seed, SAMPLES)).choice(len(training), SAMPLES, replace=False)
    return converted(network, form, training.take(np.sort(chosen)).inputs())


def network_of(point: Point, seed: int, base: Network, weights: np.ndarray | None) -> Network:
    """The network of a point, with the weights as they stand in its file; in a worker.

    Args:
        point: which one.
        seed: of the measurement.
        base: the network that was made smaller.
        weights: of the point's network in float32, (parameters,), where it has learned.
    """
    before = in_float32(point, base, weights)
    if point.form is LiteForm.FLOAT32:
        return before
    file = read_file(file_of(before, point.form, seed), before)
    return rounded(before, file, f"{before.origin}, {point.form}")


def file_of_point(point: Point, seed: int, base: Network, weights: np.ndarray | None) -> bytes:
    """The .tflite file of a point; the arguments are those of `network_of`."""
    return file_of(in_float32(point, base, weights), point.form, seed)


def in_float32(point: Point, base: Network, weights: np.ndarray | None) -> Network:
    """The network that the file of a point is made of; the arguments are those of `network_of`.

    Raises:
        ValueError: it has learned, and there are no weights.
    """
    if point.way is Way.WHOLE:
        return base
    if point.way is Way.CUT:
        return pruned(base, point.share / 100)
    if weights is None:
        raise ValueError(f"The network of {point} has learned: its weights are needed.")
    config = STUDENTS[point.student] if point.student else base.config
    what = {
        Way.TUNED: f"{point.share}% zeros, trained on",
        Way.ALONE: f"{point.student} student, alone",
        Way.DISTILLED: f"{point.student} student, distilled",
        Way.UNSEEN: "the student that never saw a 3",
    }[point.way]
    return Network(config, from_vector(config, weights), f"{base.origin}: {what}")


def weights_of(parts: Iterable[Part], point: Point, seed: int) -> np.ndarray | None:
    """The weights that a point's network has learned; None where none are kept or needed."""
    key = replace(point, form=LiteForm.FLOAT32).key(seed)
    found = (part.arrays.get("weights") for part in parts if part.key == key)
    return next(found, None)


def front(sizes: Sequence[float], shares: Sequence[float]) -> list[int]:
    """The places of the points that no other one beats: smaller, or as small, and more accurate.

    Pareto's front, from the smallest on. Of points that are alike the first is taken.

    Args:
        sizes: of the files.
        shares: of the digits that they read rightly.
    """
    order = sorted(range(len(sizes)), key=lambda place: (sizes[place], -shares[place]))
    best, found = -1.0, []
    for place in order:
        if shares[place] > best:
            found.append(place)
            best = shares[place]
    return found


def enough(parts: Iterable[Part], way: Way, loss: float = 0.01) -> int | None:
    """How many percent of the weights can go before more than `loss` of the accuracy is lost.

    The largest share up to which every measured one loses no more, for the mean of all seeds;
    None while one is not measured yet.
    """
    found = list(parts)
    whole = _accuracies(found, Point(Way.WHOLE))
    if not whole:
        return None
    largest = 0
    for share in SHARES:
        accuracies = _accuracies(found, Point(way, share=share))
        if not accuracies:
            return None
        if np.mean(accuracies) < np.mean(whole) - loss - 1e-9:
            return largest
        largest = share
    return largest


def _accuracies(parts: Iterable[Part], point: Point) -> list[float]:
    return [float(part.values["accuracy"] or 0) for part in parts if point_of(part) == point]


EXPERIMENT = Experiment("small", 1, SmallSettings(), plan, measure)
