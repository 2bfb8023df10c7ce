"""The shipped network: weights and the card that says how they were made."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from model.network.architecture import Network
from model.network.weights_file import load_network

FOLDER = Path(__file__).parents[1] / "pretrained"
WEIGHTS = "weights.npz"
CARD = "card.json"


@lru_cache(maxsize=1)
def shipped() -> Network:
    """The network that the app starts with, checked on reading (see `weights_file`)."""
    return load_network(FOLDER / WEIGHTS)


@lru_cache(maxsize=1)
def shipped_card() -> dict[str, Any]:
    """Data, settings, seed, versions, accuracy and date of the shipped weights."""
    values: dict[str, Any] = json.loads((FOLDER / CARD).read_text(encoding="utf-8"))
    return values
