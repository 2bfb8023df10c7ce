"""How many printed digits of each kind are read rightly, in many fonts.

    python tests/benchmarks/bench_printed.py [--each N] [--seed S] [--fonts FOLDER] [--weights FILE]

Without FOLDER the fonts are those that the app's libraries bring along.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.network.digit_detector import detector
from model.network.forward import probabilities
from model.network.shipped import shipped
from model.network.weights_file import load_network
from model.preprocessing.pipeline import preprocess
from model.synthesis.typeset import fonts
from tests.benchmarks.kinds_printed import PRINTED


def main() -> None:
    """Print one line a kind: the share that is read rightly, and what was read for what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--fonts", type=Path)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    network = load_network(options.weights) if options.weights else shipped()
    known = list(fonts())
    if options.fonts:
        known = sorted(f for f in options.fonts.rglob("*") if f.suffix in (".otf", ".ttf"))
    print(f"{'kind':22}{'right':>8}{'a digit':>9}   printed: read, how often ({len(known)} fonts)")
    for number, (name, make) in enumerate(PRINTED.items()):
        chance = np.random.default_rng([options.seed, number])
        right, accepted, wrong = 0, 0, Counter[tuple[int, int | None]]()
        for place in range(options.each):
            digit = place % 10
            picture = make(digit, known[chance.integers(len(known))], chance)
            found = preprocess(picture).largest
            answer = None
            if found is not None:
                answer = int(probabilities(network, found.digit[None])[0].argmax())
                accepted += found.likeness >= detector().limit
            right += answer == digit
            wrong[digit, answer] += answer != digit
        shown = ", ".join(f"{a}: {b}, {n}" for (a, b), n in wrong.most_common(5) if n)
        print(
            f"{name:22}{right / options.each:8.1%}{accepted / options.each:9.1%}   {shown}",
            flush=True,
        )


if __name__ == "__main__":
    main()
