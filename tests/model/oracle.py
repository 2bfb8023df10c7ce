"""Layers as plain loops: slow, short, and independent of everything they check."""

import numpy as np


def convolution(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """(height, width, in) with (side, side, in, out) and (out,) → (height', width', out)."""
    side, _, _, filters = kernel.shape
    height, width = x.shape[0] - side + 1, x.shape[1] - side + 1
    y = np.zeros((height, width, filters))
    for i in range(height):
        for j in range(width):
            for f in range(filters):
                window = x[i : i + side, j : j + side, :].astype(np.float64)
                y[i, j, f] = (window * kernel[:, :, :, f]).sum() + bias[f]
    return y


def relu(z: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, 0)


def pooling(x: np.ndarray, kind: str) -> np.ndarray:
    """2×2 windows side by side; a last odd row or column is left out."""
    reduce = np.max if kind == "max" else np.mean
    height, width = x.shape[0] // 2, x.shape[1] // 2
    y = np.zeros((height, width, x.shape[2]))
    for i in range(height):
        for j in range(width):
            for c in range(x.shape[2]):
                y[i, j, c] = reduce(x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c])
    return y


def dense(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return np.array(
        [sum(x[i] * kernel[i, u] for i in range(len(x))) + bias[u] for u in range(len(bias))]
    )


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max())
    return e / e.sum()
