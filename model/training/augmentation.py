"""Random variations of the training digits, drawn anew for every batch.

Each digit is turned, sheared, scaled and shifted by chance, and its strokes are made thicker or
thinner (Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural networks
applied to visual document analysis", measured how much such distortions help on MNIST).
"""

from dataclasses import dataclass
from typing import Any

from model.network import SIDE

Tensor = Any


@dataclass(frozen=True)
class Augmentation:
    """How far a digit may be varied; every value is the largest change either way, 0 is none."""

    shift: float = 0.0  # pixels
    rotation: float = 0.0  # degrees
    scale: float = 0.0  # 0.1: from 0.9 to 1.1 of the size
    shear: float = 0.0  # 0.2: the top moves sideways by 0.2 of the height
    thickness: float = 0.0  # 1: up to a whole pixel of ink added or removed around each stroke

    def __post_init__(self) -> None:
        limits = {"shift": 8, "rotation": 90, "scale": 0.5, "shear": 1, "thickness": 1}
        for name, limit in limits.items():
            if not 0 <= getattr(self, name) <= limit:
                raise ValueError(f"The {name} must lie between 0 and {limit}.")

    @property
    def moves(self) -> bool:
        """Whether the geometry changes at all."""
        return any((self.shift, self.rotation, self.scale, self.shear))


def augment(augmentation: Augmentation, x: Tensor, seed: Tensor) -> Tensor:
    """Return varied digits: (batch, 28, 28, 1) float32 in [0, 1], in and out.

    Args:
        augmentation: how far.
        x: the digits.
        seed: two integers; the same seed gives the same variations.
    """
    if augmentation.thickness:
        x = _thicken(augmentation.thickness, x, seed)
    if augmentation.moves:
        x = _move(augmentation, x, seed)
    return x


def _thicken(strength: float, x: Tensor, seed: Tensor) -> Tensor:
    """Blend each digit with its dilation or its erosion over 3×3 pixels."""
    import tensorflow as tf

    amount = tf.random.stateless_uniform((tf.shape(x)[0], 1, 1, 1), seed + 1, -strength, strength)
    thicker = tf.nn.max_pool2d(x, 3, 1, "SAME")
    thinner = -tf.nn.max_pool2d(-x, 3, 1, "SAME")
    target = tf.where(amount > 0, thicker, thinner)
    return x + tf.abs(amount) * (target - x)


def _move(augmentation: Augmentation, x: Tensor, seed: Tensor) -> Tensor:
    """Turn, shear, scale and shift about the centre, with bilinear interpolation."""
    import math

    import tensorflow as tf

    count = tf.shape(x)[0]
    chance = tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)
    angle = chance[0] * math.radians(augmentation.rotation)
    height, width = 1 + chance[1] * augmentation.scale, 1 + chance[2] * augmentation.scale
    shear = chance[3] * augmentation.shear
    down, right = chance[4] * augmentation.shift, chance[5] * augmentation.shift
    # Rows of the map from an output pixel to the input pixel it is taken from.
    cosine, sine = tf.cos(angle), tf.sin(angle)
    xx, xy = cosine / width, (shear * cosine - sine) / width
    yx, yy = sine / height, (shear * sine + cosine) / height
    centre = (SIDE - 1) / 2
    x_offset = centre - xx * (centre + right) - xy * (centre + down)
    y_offset = centre - yx * (centre + right) - yy * (centre + down)
    zero = tf.zeros_like(angle)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=tf.stack([xx, xy, x_offset, yx, yy, y_offset, zero, zero], axis=1),
        output_shape=(SIDE, SIDE),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
