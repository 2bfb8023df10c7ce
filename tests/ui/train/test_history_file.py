import csv
import io

from model.training.trainer import EpochScores, Scores
from ui.train.export import history_csv


def test_the_history_is_a_table_that_keeps_every_digit() -> None:
    history = [EpochScores(1, Scores(1 / 3, 0.5), Scores(float("nan"), 0.1), 1.23456)]
    rows = list(csv.DictReader(io.StringIO(history_csv(history))))
    assert len(rows) == 1
    assert float(rows[0]["training_loss"]) == 1 / 3
    assert rows[0]["validation_loss"] == "nan"
    assert rows[0]["epoch"] == "1"
