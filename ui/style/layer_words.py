"""What layers and their shapes are called."""

from model.network import LayerKind

TITLES = {
    LayerKind.CONVOLUTION: "Convolution",
    LayerKind.POOLING: "Pooling",
    LayerKind.FLATTEN: "Flatten",
    LayerKind.DROPOUT: "Dropout",
    LayerKind.DENSE: "Dense",
}


def shape_text(shape: tuple[int, ...]) -> str:
    """(26, 26, 32) as "26×26×32"."""
    return "×".join(map(str, shape))
