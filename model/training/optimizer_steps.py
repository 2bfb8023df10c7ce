"""Many training steps in one compiled call, each with its own loss and accuracy.

The whole state of a training is three vectors (the weights and the optimiser's two moments), and a
step is a pure function of them: one compiled function serves every run with the same architecture,
nothing is left behind in the process when a run ends, and a run continued elsewhere from its
vectors goes on to the last digit as if it had never moved.
"""

import math
from functools import lru_cache
from typing import Any, Literal

from model.network import NetworkConfig, weight_shapes
from model.training.augmentation import Augmentation, augment
from model.training.fast_forward import training_logits

Tensor = Any
Optimizer = Literal["adam", "sgd", "momentum", "rmsprop"]


def update(
    optimizer: Optimizer, rate: Tensor, step: Tensor, w: Tensor, g: Tensor, m: Tensor, v: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of gradient descent with Keras' defaults for everything but the learning rate.

    Adam: Kingma and Ba 2015, "Adam: a method for stochastic optimization", in the form that
    precedes its section 2.1 (epsilon added to the uncorrected root), as Keras has it.

    Args:
        optimizer: the rule.
        rate: learning rate.
        step: the number of this step, from 1, as float32.
        w: weights.
        g: gradient of the loss.
        m: first moment (a running mean of the gradient), zero at the start.
        v: second moment (of its square), likewise.

    Returns:
        The new w, m and v.
    """
    import tensorflow as tf

    match optimizer:
        case "adam":
            m += (g - m) * (1 - 0.9)
            v += (tf.square(g) - v) * (1 - 0.999)
            corrected = rate * tf.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            w -= corrected * m / (tf.sqrt(v) + 1e-7)
        case "rmsprop":
            v = 0.9 * v + 0.1 * tf.square(g)
            w -= rate * g / tf.sqrt(v + 1e-7)
        case "momentum":
            m = 0.9 * m - rate * g
            w += m
        case "sgd":
            w -= rate * g
    return w, m, v


@lru_cache(maxsize=8)  # each holds about 10 MB; one in use is kept by its trainer
def compiled_steps(
    config: NetworkConfig, optimizer: Optimizer, augmentation: Augmentation, batch_size: int
) -> Any:
    """Return the compiled function that trains over a stretch of batches.

    Its arguments: w, m, v (vectors float32); images (n, 28, 28, 1) uint8; labels (n,) int32; order
    (n,) int32, a permutation; first and count, the batches of this stretch; step, how many steps
    were done before this epoch; rates (count,) float32, each batch's learning rate; seed int32.

    It returns the new w, m, v, the gradient of the last batch, and the loss and the accuracy of
    every batch, (count,) float32, as they were before the step that the batch caused.
    """
    import tensorflow as tf

    shapes = list(weight_shapes(config).values())
    sizes = [math.prod(shape) for shape in shapes]

    def loss_and_accuracy(w: Tensor, x: Tensor, y: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
        parts = tf.split(w, sizes)
        weights = [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]
        logits = training_logits(config, weights, x, seed)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), y)
        return tf.reduce_mean(losses), tf.reduce_mean(tf.cast(hits, tf.float32))

    def run(
        w: Tensor,
        m: Tensor,
        v: Tensor,
        images: Tensor,
        labels: Tensor,
        order: Tensor,
        first: Tensor,
        count: Tensor,
        step: Tensor,
        rates: Tensor,
        seed: Tensor,
    ) -> tuple[Tensor, ...]:
        def body(
            k: Tensor, w: Tensor, m: Tensor, v: Tensor, _: Tensor, losses: Tensor, hits: Tensor
        ) -> tuple[Tensor, ...]:
            start = (first + k) * batch_size
            places = order[start : start + batch_size]
            number = step + first + k + 1
            chance = tf.stack([seed, number])
            x = tf.cast(tf.gather(images, places), tf.float32) / 255.0
            x = augment(augmentation, x, chance)
            with tf.GradientTape() as tape:
                tape.watch(w)
                loss, accuracy = loss_and_accuracy(w, x, tf.gather(labels, places), chance)
            g = tape.gradient(loss, w)
            w, m, v = update(optimizer, rates[k], tf.cast(number, tf.float32), w, g, m, v)
            return k + 1, w, m, v, g, losses.write(k, loss), hits.write(k, accuracy)

        records = tf.TensorArray(tf.float32, count), tf.TensorArray(tf.float32, count)
        state = tf.while_loop(
            lambda k, *_: k < count, body, (0, w, m, v, tf.zeros_like(w), *records)
        )
        _, w, m, v, g, losses, hits = state
        return w, m, v, g, losses.stack(), hits.stack()

    vector, integer = tf.TensorSpec((sum(sizes),), tf.float32), tf.TensorSpec((), tf.int32)
    return tf.function(
        run,
        autograph=False,
        input_signature=[
            vector,
            vector,
            vector,
            tf.TensorSpec((None, 28, 28, 1), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None,), tf.int32),
            integer,
            integer,
            integer,
            tf.TensorSpec((None,), tf.float32),
            integer,
        ],
    )
