"""Learning without labels: three tasks that pictures set by themselves.

Each trains the network of the course with another last layer; what is kept of it is the rest.

- Rotation: by how many quarter turns was the picture turned? (Gidaris, Singh and Komodakis 2018,
  "Unsupervised representation learning by predicting image rotations")
- Denoising: what was the picture before it was spoiled? (Vincent, Larochelle, Bengio and Manzagol
  2008, "Extracting and composing robust features with denoising autoencoders")
- Contrast: which two of many variations come from one picture? (Chen, Kornblith, Norouzi and Hinton
  2020, "A simple framework for contrastive learning of visual representations", SimCLR)
"""

from collections.abc import Generator
from typing import Any, Literal, get_args

import numpy as np

from model.data.mnist import Digits
from model.experiments.experiment import Working
from model.experiments.learners.loop import Loss, Tensor, fitted
from model.network import SIDE, NetworkConfig
from model.network.keras_model import first_weights
from model.training.augmentation import Augmentation, augment
from model.training.fast_forward import training_logits

Pretext = Literal["rotation", "denoising", "contrast"]
PRETEXTS: tuple[Pretext, ...] = get_args(Pretext)
CONFIG = NetworkConfig()
TURNS = 4
OUTPUTS = {"rotation": TURNS, "denoising": SIDE * SIDE, "contrast": 32}
"""Units of the last layer, in the place of ten digits."""
RATE = 0.002
BATCHES = {"rotation": 16, "denoising": 32, "contrast": 32}
"""Pictures a step; rotation shows each four times, contrast twice."""
HIDDEN = 0.3  # of the pixels, when a picture is spoiled
NOISE = 0.3  # standard deviation of what is added to the others
VIEW = Augmentation(shift=3, rotation=15, scale=0.15, shear=0.2, thickness=0.7)
TEMPERATURE = 0.2
"""Of the contrast: the smaller, the more the most similar strangers count."""


def learned_without_labels(
    pretext: Pretext, digits: Digits, updates: int, seed: int
) -> Generator[Working, None, tuple[dict[str, np.ndarray], list[np.ndarray]]]:
    """Train on a task that needs no labels.

    Returns:
        The network's weights, whose last layer has learned nothing yet; and those of the network of
        the task, in the order of `weight_shapes`.
    """
    first = first_weights(CONFIG, seed)
    units, outputs = first["output/kernel"].shape[0], OUTPUTS[pretext]
    chance = np.random.default_rng((seed, outputs))
    spread = np.sqrt(2 / (units + outputs))
    last = [chance.normal(0, spread, (units, outputs)), np.zeros(outputs)]
    weights = yield from fitted(
        LOSSES[pretext],
        [*list(first.values())[:-2], *last],
        digits.images,
        np.zeros(len(digits), np.int32),  # no labels: a task makes its own
        updates,
        seed,
        learning_rate=RATE,
        batch=BATCHES[pretext],
    )
    kept = dict(zip(list(first)[:-2], weights, strict=False))
    return {**kept, **{name: first[name] for name in list(first)[-2:]}}, weights


def told_turns(weights: list[np.ndarray], images: np.ndarray) -> np.ndarray:
    """What the rotation's network says of pictures turned by 0 to 3 quarters: (n, 4) int64."""
    import tensorflow as tf

    x = tf.constant(images[..., None], tf.float32) / 255
    said = [
        training_logits(CONFIG, weights, _anywhere(tf.image.rot90(x, turn), [turn, 0]), None)
        for turn in range(TURNS)
    ]
    found: np.ndarray = np.stack([each.numpy().argmax(axis=1) for each in said], axis=1)
    return found


def rotation_loss(weights: Any, x: Tensor, y: Tensor, seed: Tensor) -> Tensor:
    """The cross-entropy of the four turns of each picture."""
    import tensorflow as tf

    x = _pictures(x)
    turned = tf.concat([tf.image.rot90(x, turn) for turn in range(TURNS)], axis=0)
    turned = _anywhere(turned, seed)
    turns = tf.repeat(tf.range(TURNS), tf.shape(x)[0])
    logits = training_logits(CONFIG, weights, turned, seed)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(turns, logits))


def _anywhere(x: Tensor, seed: Tensor) -> Tensor:
    """Turned pictures, each moved a little by chance.

    MNIST's digits lie half a pixel beside the middle of their pictures, and turning moves that
    point. Without this, a network reads the turn off from there: it told 98% of all turns rightly,
    and 99% of those of a straight 1, which nobody can tell from its shape.
    """
    import tensorflow as tf

    return augment(Augmentation(shift=2), x, tf.convert_to_tensor(seed, tf.int32))


def denoising_loss(weights: Any, x: Tensor, y: Tensor, seed: Tensor) -> Tensor:
    """The cross-entropy of each pixel before it was spoiled."""
    import tensorflow as tf

    x = _pictures(x)
    shown = tf.random.stateless_uniform(tf.shape(x), seed) >= HIDDEN
    noise = tf.random.stateless_normal(tf.shape(x), seed + 1, stddev=NOISE)
    spoiled = tf.where(shown, tf.clip_by_value(x + noise, 0.0, 1.0), 0.0)
    logits = training_logits(CONFIG, weights, spoiled, seed)
    pixels = tf.reshape(x, (-1, SIDE * SIDE))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(pixels, logits))


def contrast_loss(weights: Any, x: Tensor, y: Tensor, seed: Tensor) -> Tensor:
    """The cross-entropy of finding each variation's partner among those of all pictures."""
    import tensorflow as tf

    x = _pictures(x)
    views = tf.concat([augment(VIEW, x, seed), augment(VIEW, x, seed + 7919)], axis=0)
    return contrast(training_logits(CONFIG, weights, views, seed))


def contrast(points: Tensor) -> Tensor:
    """NT-Xent of (2n, d) points: the first and the second half are partners, in order."""
    import tensorflow as tf

    points = tf.math.l2_normalize(points, axis=1)
    count = tf.shape(points)[0]
    alike = tf.matmul(points, points, transpose_b=True) / TEMPERATURE
    alike -= 1e9 * tf.eye(count)  # nobody is a partner of oneself
    partners = tf.math.floormod(tf.range(count) + count // 2, count)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(partners, alike))


def _pictures(x: Tensor) -> Tensor:
    import tensorflow as tf

    return tf.cast(x, tf.float32)[..., None] / 255.0


LOSSES: dict[str, Loss] = {
    "rotation": rotation_loss,
    "denoising": denoising_loss,
    "contrast": contrast_loss,
}
