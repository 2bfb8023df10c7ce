"""What layers and their shapes are called."""

from model.network import LayerKind
from ui.locale import to_say

TITLES = {
    LayerKind.CONVOLUTION: to_say("Convolution"),
    LayerKind.POOLING: to_say("Pooling"),
    LayerKind.FLATTEN: to_say("Flatten"),
    LayerKind.DROPOUT: to_say("Dropout"),
    LayerKind.DENSE: to_say("Dense"),
}


def shape_text(shape: tuple[int, ...]) -> str:
    """(26, 26, 32) as "26×26×32"."""
    return "×".join(map(str, shape))
