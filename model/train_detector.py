"""Train the detector of `model.network.digit_detector` and write it with its card.

    make weights

made the shipped one. It needs full MNIST in the Keras cache.
"""

import argparse
import datetime
import io
import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from model.data import cache, mnist
from model.network.digit_detector import CARD, LAYERS, SHAPES, WEIGHTS, Detector
from model.synthesis.detector_set import HELD_OUT, NONE, for_measuring, no_digits
from model.synthesis.digit_set import digits_of_many_hands
from model.training.augmentation import Augmentation, augment

REFUSED = 0.003
"""The share of MNIST's validation digits that the limit refuses."""
BATCH = 128
RATE = 0.002
RATE_AGAIN = 0.0007
"""Of a training that begins with weights."""
DROPOUT = 0.2
AUGMENTATION = Augmentation(shift=1.5, rotation=10, scale=0.12, shear=0.15, thickness=0.5)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 0 when a detector was written, 2 without the data."""
    options = _parser().parse_args(arguments)
    began = time.perf_counter()
    try:
        data = mnist.load(options.data)
    except mnist.DataError as error:
        sys.stderr.write(f"Nothing was trained: {error}. The app's Train page downloads it.\n")
        return 2
    own = digits_of_many_hands(data.training, options.hands, options.seed)
    none = no_digits(data.training, options.none, options.seed)
    known = data.training.take(np.arange(min(options.digits, len(data.training))))
    images = np.concatenate([known.images, own.images, none])
    labels = np.concatenate([known.labels, own.labels, np.full(len(none), NONE, np.uint8)])
    print(f"{len(images):,} examples after {time.perf_counter() - began:.0f} s", flush=True)

    begin = None
    if options.start:
        with np.load(options.start, allow_pickle=False) as file:
            begin = {name: file[name] for name in file.files}
    weights = train(images, labels, options.epochs, options.seed, begin)
    detector = limited(weights, data.validation)
    refused = measured(detector, data, options.measured, options.seed + 1)
    card = {
        "examples": {
            "MNIST's training digits": len(known),
            "digits of other hands": len(own),
            "no digits": len(none),
        },
        "never met": sorted(HELD_OUT),
        "settings": {
            "epochs": options.epochs,
            "batch_size": BATCH,
            "learning_rate": RATE_AGAIN if options.start else RATE,
            "schedule": "cosine",
            "dropout": DROPOUT,
            "augmentation": vars(AUGMENTATION),
        },
        "seed": options.seed,
        "limit": detector.limit,
        "refused": refused,
        "seconds": round(time.perf_counter() - began),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("tensorflow", "keras", "numpy")},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    if options.start:
        card["began with"] = json.loads((options.start.parent / CARD).read_text(encoding="utf-8"))
    options.out.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **weights)
    cache.write_atomically(options.out / WEIGHTS, buffer.getvalue())
    cache.write_atomically(options.out / CARD, json.dumps(card, indent=1).encode() + b"\n")
    for kind, share in refused.items():
        print(f"{kind:32}{share:8.2%} refused")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model.train_detector", description=__doc__)
    parser.add_argument("--data", choices=("full", "embedded"), default="full")
    parser.add_argument("--digits", type=int, default=55_000, help="MNIST's training digits")
    parser.add_argument("--hands", type=int, default=36_000, help="digits of other hands")
    parser.add_argument("--none", type=int, default=80_000, help="pictures of no digit")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--measured", type=int, default=40, help="pictures of every sign")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--start", type=Path, help="weights to begin with, their card beside them")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    return parser


def train(
    images: np.ndarray,
    labels: np.ndarray,
    epochs: int,
    seed: int,
    begin: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Train on pictures that vary by chance; Adam with a cosine schedule.

    Args:
        images: (n, 28, 28) uint8.
        labels: (n,) uint8; `NONE` is no digit.
        epochs: how often each is seen.
        seed: of weights, order and variations.
        begin: kernels and biases to begin with; None begins with chance.

    Returns:
        float16 kernels and biases: "first/kernel", "first/bias" and so on.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    model = detector_model()
    if begin:
        for layer in LAYERS:
            parts = [begin[f"{layer}/{part}"].astype(np.float32) for part in ("kernel", "bias")]
            model.get_layer(layer).set_weights(parts)
    steps = max(1, len(images) // BATCH)
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(
            RATE_AGAIN if begin else RATE, max(1, epochs * steps)
        )
    )
    pictures, classes = tf.constant(images[..., None]), tf.constant(labels.astype(np.int32))

    @tf.function  # type: ignore[untyped-decorator]
    def step(places: Any, chance: Any) -> Any:
        x = augment(AUGMENTATION, tf.cast(tf.gather(pictures, places), tf.float32) / 255.0, chance)
        with tf.GradientTape() as tape:
            scores = model(x, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.gather(classes, places), scores
            )
            loss = tf.reduce_mean(losses)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    order = np.random.default_rng([seed, 4])
    for epoch in range(epochs):
        began, total = time.perf_counter(), 0.0
        shuffled = order.permutation(len(images)).astype(np.int32)
        for number in range(steps):
            places = shuffled[number * BATCH : (number + 1) * BATCH]
            total += float(step(places, np.array([seed, epoch * steps + number], np.int32)))
        seconds = time.perf_counter() - began
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, {seconds:.0f} s", flush=True)
    return {
        f"{layer}/{part}": array.astype(np.float16)
        for layer in LAYERS
        for part, array in zip(
            ("kernel", "bias"), model.get_layer(layer).get_weights(), strict=True
        )
    }


def detector_model() -> Any:
    """The detector in Keras; `model.network.digit_detector` computes the same with NumPy."""
    from keras import Sequential, layers

    first, second, third = (
        layers.Conv2D(SHAPES[name][-1], 3, activation="relu", name=name)
        for name in ("first", "second", "third")
    )
    return Sequential(
        [
            layers.Input((28, 28, 1)),
            first,
            layers.MaxPooling2D(2),
            second,
            layers.MaxPooling2D(2),
            third,
            layers.Flatten(),
            layers.Dropout(DROPOUT),
            layers.Dense(SHAPES["dense"][-1], activation="relu", name="dense"),
            layers.Dropout(DROPOUT),
            layers.Dense(SHAPES["output"][-1], name="output"),
        ]
    )


def limited(weights: dict[str, np.ndarray], validation: mnist.Digits) -> Detector:
    """Set the limit so that it refuses `REFUSED` of the validation digits.

    The embedded set's test digits, which full MNIST's validation part holds too, have no say.
    """
    test = {image.tobytes() for image in mnist.embedded().test.images}
    asked = validation.take(
        np.array([n for n, image in enumerate(validation.images) if image.tobytes() not in test])
    )
    kernels = {name: weights[f"{name}/kernel"].astype(np.float32) for name in LAYERS}
    biases = {name: weights[f"{name}/bias"].astype(np.float32) for name in LAYERS}
    likeness = Detector(kernels, biases, 0.0).likeness(asked.inputs())
    return Detector(kernels, biases, float(np.quantile(likeness, REFUSED)))


def measured(detector: Detector, data: mnist.DataSet, each: int, seed: int) -> dict[str, float]:
    """The share of each kind that is refused: of digits it should be none, of the others all."""
    kinds: dict[str, np.ndarray] = {
        "MNIST's test digits": data.test.images,
        "digits of other hands": digits_of_many_hands(data.test, 100 * each, seed).images,
    } | for_measuring(each, seed)
    return {
        kind: round(float(1 - detector.accepts(pictures.astype(np.float32) / 255).mean()), 4)
        for kind, pictures in kinds.items()
    }


if __name__ == "__main__":
    raise SystemExit(main())
