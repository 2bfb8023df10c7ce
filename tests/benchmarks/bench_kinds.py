"""How many drawn pictures of each kind are read rightly, and how many blank sheets called blank.

    python tests/benchmarks/bench_kinds.py [--each N] [--seed S] [--weights FILE]

The digits are MNIST's test digits where its file is at hand, else the embedded ones.
"""

import argparse
import io
import itertools
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.data import mnist
from model.evaluation.verdict import Judgement, judge
from model.network import Network
from model.network.forward import probabilities
from model.network.shipped import shipped
from model.network.weights_file import load_network
from model.preprocessing.image_file import open_picture
from model.preprocessing.pipeline import Preprocessed, preprocess
from tests.benchmarks import kinds
from tests.benchmarks.kinds_blank import BLANKS
from tests.benchmarks.kinds_harder import HARDER


def test_set() -> tuple[np.ndarray, np.ndarray]:
    """(n, 28, 28) uint8 and their labels."""
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    file = home / "datasets" / "mnist.npz"
    if file.is_file():
        with np.load(file) as arrays:
            return arrays["x_test"], arrays["y_test"]
    test = mnist.embedded().test
    return test.images, test.labels


def uploaded(pixels: np.ndarray) -> Preprocessed:
    """The way of an upload: as a file, so that transparency is dealt with too."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return preprocess(open_picture(file.getvalue()))


def read(network: Network, found: Preprocessed) -> tuple[int, ...]:
    if not found.digits:
        return ()
    scores = probabilities(network, np.stack([each.digit for each in found.digits]))
    return tuple(int(digit) for digit in scores.argmax(axis=1))


def called_a_digit(network: Network, found: Preprocessed) -> bool:
    """Whether the page names a digit for a sheet, surely or not: what looks like none is none."""
    if found.largest is None:
        return False
    answer = probabilities(network, found.largest.digit[None])[0]
    return judge(answer, found.largest.detected, None).judgement is not Judgement.STRANGE


def sequences(each: int, seed: int) -> Iterator[tuple[str, np.ndarray, tuple[int, ...]]]:
    """Pictures of several digits with what they say."""
    images, labels = test_set()
    sorts = [
        ("two, plain", 2, "plain", False, False),
        ("two that touch, plain", 2, "plain", True, False),
        ("seven, plain", 7, "plain", False, False),
        ("seven, ruled", 7, "ruled", False, False),
        ("column of four, plain", 4, "plain", False, True),
        ("column of four, ruled", 4, "ruled", False, True),
    ]
    for number, (name, count, lines, touching, column) in enumerate(sorts):
        chance = np.random.default_rng([seed, 2, number])
        for _ in range(each):
            chosen = chance.integers(0, len(images), count)
            picture = kinds.several(
                images[chosen], chance, lines=lines, touching=touching, column=column
            )
            yield name, picture, tuple(int(label) for label in labels[chosen])


def main() -> None:
    """Print one line a kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    network = load_network(options.weights) if options.weights else shipped()
    images, labels = test_set()
    order = np.random.default_rng([options.seed, 0]).permutation(len(images))[: options.each]
    began = time.process_time()

    print(f"{'one digit':26}{'right':>9}{'found one':>11}")
    rows = []
    for number, (name, make) in enumerate((kinds.KINDS | HARDER).items()):
        chance = np.random.default_rng([options.seed, 1, number])
        answers = []
        for index in order:
            found = uploaded(make(images[index], chance))
            largest = found.digits.index(found.largest) if found.largest else None
            said = None if largest is None else read(network, found)[largest]
            answers.append((said == labels[index], len(found.digits) == 1))
        rows.append(np.mean(answers, axis=0))
        print(f"{name:26}{rows[-1][0]:9.1%}{rows[-1][1]:11.1%}", flush=True)
    print("{:26}{:9.1%}{:11.1%}".format("all", *np.mean(rows, axis=0)))

    print(f"\n{'several digits':26}{'all right':>9}{'all found':>11}")
    shown: dict[str, list[tuple[bool, bool]]] = {}
    for name, picture, written in sequences(options.each, options.seed):
        answer = read(network, uploaded(picture))
        shown.setdefault(name, []).append((answer == written, len(answer) == len(written)))
    for name, answers in shown.items():
        print("{:26}{:9.1%}{:11.1%}".format(name, *np.mean(answers, axis=0)))

    print(f"\n{'blank sheets':26}{'a digit':>9}")
    papers = itertools.product(
        ("plain", "ruled", "squared", "frame"), ("even", "slope", "lamp", "shadow")
    )
    wrong = []
    for number, (lines, lit) in enumerate(papers):
        chance = np.random.default_rng([options.seed, 3, number])
        sheets = [uploaded(kinds.blank(lines, lit, chance)) for _ in range(options.each)]
        wrong.append(np.mean([called_a_digit(network, each) for each in sheets]))
        print(f"{lines + ', ' + lit:26}{wrong[-1]:9.1%}")
    for number, (name, take) in enumerate(BLANKS.items()):
        chance = np.random.default_rng([options.seed, 4, number])
        sheets = [uploaded(take(chance)) for _ in range(options.each)]
        wrong.append(np.mean([called_a_digit(network, each) for each in sheets]))
        print(f"{name:26}{wrong[-1]:9.1%}")
    print(f"{'all':26}{np.mean(wrong):9.1%}")
    print(f"\n{time.process_time() - began:.0f} s of CPU time")


if __name__ == "__main__":
    main()
