"""How much faster than the usual ways: all layers at once, and 64 maps in one picture.

Prints ratios of medians measured in turn in one process, so that a slow machine slows both sides.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from model.network.activations import forward_pass
from model.network.keras_model import build
from model.network.shipped import shipped
from ui.style.mosaic import mosaic_png


def paired(ours: Callable[[], object], usual: Callable[[], object], times: int) -> str:
    """Time two calls in turn and say both medians and their ratio."""
    spent: tuple[list[float], list[float]] = ([], [])
    for call in (ours, usual):
        call()
    for _ in range(times):
        for call, kept in zip((ours, usual), spent, strict=True):
            began = time.perf_counter()
            call()
            kept.append((time.perf_counter() - began) * 1000)
    first, second = (median(kept) for kept in spent)
    return f"{first:8.2f} ms against {second:8.2f} ms: ratio {first / second:.3f}"


def with_plotly(maps: np.ndarray) -> object:
    """64 heat maps as subplots, up to the JSON that a browser would still have to draw."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    figure = make_subplots(8, 8)
    for channel in range(maps.shape[2]):
        heat = go.Heatmap(z=maps[:, :, channel], showscale=False)
        figure.add_trace(heat, row=channel // 8 + 1, col=channel % 8 + 1)
    return figure.to_json()


def main() -> None:
    """Print one line a comparison."""
    network, digit = shipped(), np.random.default_rng(0).random((28, 28)).astype(np.float32)
    model = build(network.config, seed=0)
    model.set_weights(list(network.weights.values()))
    print("every layer's output against model.predict (ten probabilities only):")
    batch = digit[None, ..., None]
    print(paired(lambda: forward_pass(network, digit), lambda: model.predict(batch, verbose=0), 30))

    maps = np.random.default_rng(1).normal(size=(26, 26, 64)).astype(np.float32)
    print("64 maps of 26×26 as one mosaic against 64 Plotly subplots (without drawing them):")
    print(paired(lambda: mosaic_png(maps, scale=None, columns=8), lambda: with_plotly(maps), 15))


if __name__ == "__main__":
    main()
