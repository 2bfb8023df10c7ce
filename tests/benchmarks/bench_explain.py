"""How long an explanation takes by each method, and how well integrated gradients add up.

The bars: any method under one second; integrated gradients complete within one percent, all ten
maps; differences of two scores exact to 1e-5. Prints medians of the time over test digits, the
first call (which compiles) apart, beside one pass of the same digit and the time that all
processors together gave, so that a busy machine can be told from a slow method.
"""

import os
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from model.data.mnist import embedded
from model.interpretability.attribution import AttributionMethod, attribute
from model.interpretability.faithfulness import ORDERS, erase, random_order
from model.interpretability.logit_difference import contrast
from model.network.activations import forward_pass
from model.network.shipped import shipped

TIMES = 15


def seconds(work: object, *arguments: object) -> tuple[float, object]:
    """How long a call takes, and what it returns."""
    began = time.perf_counter()
    result = work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - began, result


def main() -> None:
    """Print one line a method."""
    network, pictures = shipped(), embedded().test.inputs()
    chosen = [pictures[place] for place in range(0, 500, 500 // TIMES)][:TIMES]
    forward_pass(network, chosen[0])
    one = median(seconds(forward_pass, network, digit)[0] for digit in chosen)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"one forward pass: {1000 * one:.1f} ms")
    for method in AttributionMethod:
        first, _ = seconds(attribute, network, chosen[0], method)
        used = time.process_time()
        done = [seconds(attribute, network, digit, method) for digit in chosen]
        used = (time.process_time() - used) / TIMES
        times = [spent for spent, _ in done]
        print(
            f"{method}: {1000 * median(times):.0f} ms, slowest {1000 * max(times):.0f} ms "
            f"(bar: 1000), first call {1000 * first:.0f} ms; {1000 * used:.0f} ms of processor time"
        )
        if method is AttributionMethod.INTEGRATED:
            gaps = np.array([found.gaps for _, found in done])  # type: ignore[attr-defined]
            points = np.array([found.points for _, found in done])  # type: ignore[attr-defined]
            print(
                f"  gaps of all {gaps.size} maps, as shares of each score's change: median "
                f"{np.median(gaps):.3%}, largest {gaps.max():.3%} (bar: 1 %); pictures a map: "
                f"median {np.median(points):.0f}, most {points.max()}"
            )
    worst = 0.0
    for digit in chosen:
        inside = forward_pass(network, digit)
        answer = int(inside.logits.argmax())
        for other in set(range(10)) - {answer}:
            found = contrast(network, inside, answer, other)
            worst = max(worst, abs(found.total - found.difference))
    print(
        f"difference of two scores against the sum of its parts: off by at most {worst:.1e} "
        "(bar: 1e-05)"
    )
    orders = np.stack(
        [random_order(chosen[0], seed) for seed in range(ORDERS + len(AttributionMethod))]
    )
    spent, _ = seconds(erase, network, chosen[0], 0, orders)
    print(f"deletion and insertion in {len(orders)} orders: {1000 * spent:.0f} ms")


if __name__ == "__main__":
    main()
