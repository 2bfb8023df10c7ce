from dataclasses import replace

import pytest

from model.network import NetworkConfig
from model.training.config import TrainingConfig
from model.training.diagnosis import Hint, HintKind, ShowEpoch, StartOver
from ui.train.hint_words import remedy_words, what, why

REMEDY = StartOver(NetworkConfig(), TrainingConfig(learning_rate=0.01))


def hint(kind: HintKind) -> Hint:
    return Hint(kind, REMEDY, 0.1, 0.001, 2.31, 1200, "conv2", 0.62, 3)


@pytest.mark.parametrize(
    ("kind", "figures", "remedy"),
    [
        (HintKind.NOT_A_NUMBER, ["not a number"], "Start over with 0.01"),
        (HintKind.RATE_TOO_HIGH, ["0.1 looks too high", "2.31"], "Start over with 0.01"),
        (HintKind.RATE_TOO_LOW, ["0.1 looks too low"], "Start over with 0.01"),
        (HintKind.NOT_FALLING, ["1,200", "2.31"], "Start over with Adam, 0.01 and a new seed"),
        (HintKind.DEAD_RELUS, ["conv2", "62%"], "Start over with 0.01 and a new seed"),
        (HintKind.OVERFITTING, ["epoch 3"], "Start over with random shifts and rotations"),
    ],
)
def test_a_hint_names_its_figures_and_its_remedy(
    kind: HintKind, figures: list[str], remedy: str
) -> None:
    assert all(figure in what(hint(kind)) for figure in figures)
    assert remedy_words(hint(kind)) == remedy


def test_every_kind_has_a_reason_of_its_own() -> None:
    assert len({why(hint(kind)) for kind in HintKind}) == len(HintKind)
    assert "0.001" in why(hint(HintKind.RATE_TOO_LOW))


def test_an_epoch_to_go_back_to_is_named() -> None:
    again = replace(hint(HintKind.OVERFITTING), remedy=ShowEpoch(3))
    assert remedy_words(again) == "Show the network of epoch 3 on all pages"
