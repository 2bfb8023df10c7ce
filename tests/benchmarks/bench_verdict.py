"""How many real digits are wrongly called no digit, and how many non-digits rightly.

    python tests/benchmarks/bench_verdict.py [--mnist FILE] [--photos FOLDER] [--strokes FILE]
                                             [--each N] [--seed S]

FILE of MNIST is mnist.npz; FOLDER and FILE of strokes are as in `collections_report.py`. The
embedded test digits and what is drawn by rule are always judged. "Never met" are letters, shapes,
doodles and scribbles that the detector has not learned from in any drawing.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.data import mnist
from model.evaluation.metrics import wilson
from model.evaluation.out_of_distribution import CAPITALS
from model.evaluation.verdict import judge, rules_for
from model.network.activations import dense_features
from model.network.digit_detector import detector
from model.network.shipped import shipped
from model.synthesis.detector_set import for_measuring, simple
from model.synthesis.digit_set import FONT_FOR_TEST, digits_of_many_hands
from model.synthesis.european import european_digits
from model.synthesis.pen import received
from model.synthesis.typeset import fonts, printed
from tests.benchmarks.collections_report import items
from tests.benchmarks.timing import say, spread


def real(options: argparse.Namespace) -> Iterator[tuple[str, np.ndarray]]:
    """Collections of digits: (n, 28, 28) uint8 or float32 in [0, 1]."""
    test = mnist.embedded().test
    yield "embedded test digits", test.images
    if options.mnist:
        with np.load(options.mnist) as file:
            yield "MNIST's test digits", file["x_test"]
    groups: dict[str, list[np.ndarray]] = {}
    network = shipped()
    for item in items([options.photos] if options.photos else [], options.strokes):
        reading = item.read(network)
        if reading.followed is not None:
            name = "strokes" if item.group == "strokes" else "photos"
            groups.setdefault(name, []).append(reading.digits[reading.followed])
    yield from ((name, np.stack(pictures)) for name, pictures in groups.items())
    yield "1, 7, 0 by rule", european_digits(1000, options.seed)[0]
    yield "digits of other hands", digits_of_many_hands(test, 1000, options.seed).images
    held_out = fonts()[::FONT_FOR_TEST]
    yield "printed, fonts never met", _printed("0123456789", held_out)


def none(options: argparse.Namespace) -> Iterator[tuple[str, np.ndarray]]:
    """Kinds of non-digits, likewise."""
    yield from for_measuring(options.each, options.seed).items()
    yield "printed capitals", _printed(CAPITALS, fonts())
    random = np.random.default_rng(options.seed)
    yield "dashes, blots, noise, blank", np.stack([simple(random) for _ in range(200)])


def _printed(characters: str, chosen: tuple[Path | None, ...]) -> np.ndarray:
    return np.stack([received(printed(each, font)) for font in chosen for each in characters])


def main() -> None:
    """Print one line a collection or kind, and the time of a judgement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--strokes", type=Path)
    parser.add_argument("--each", type=int, default=20, help="drawings of each letter or doodle")
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    for title, kinds in (("digits, wrongly refused", real), ("no digits, refused", none)):
        print(f"\n{title:34}{'pictures':>10}{'refused':>10}{'share':>9}   95 % interval")
        for name, pictures in kinds(options):
            inputs = pictures if pictures.dtype != np.uint8 else pictures.astype(np.float32) / 255
            refused = int((~detector().accepts(inputs)).sum())
            low, high = wilson(refused, len(inputs))
            share = f"{refused / len(inputs):9.2%}   {low:.2%} to {high:.2%}"
            print(f"{name:34}{len(inputs):10}{refused:10}{share}", flush=True)
    rules, digit = rules_for(shipped()), mnist.embedded().test.inputs()[0]
    probabilities = dense_features(shipped(), digit[None]).probabilities[0]
    print()
    say(
        "one judgement",
        spread(lambda: judge(probabilities, detector().answers(digit[None])[0], rules)),
    )


if __name__ == "__main__":
    main()
