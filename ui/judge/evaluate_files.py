"""An evaluation as files to keep: every answer, the confusion matrix, precision and recall."""

from collections.abc import Callable
from functools import partial

import numpy as np

from model.evaluation.metrics import Evaluation
from ui.frame.save_menu import SavedFile, save_files
from ui.locale import number_text, say, speaking
from ui.style.colours import ACCENT, MISTAKE
from ui.style.csv_table import csv_text, nine
from ui.style.figures import Cell, table_png
from ui.style.fonts import picture_language
from ui.style.words import name_words

STRONGEST = 0.8
"""Share of its colour that the largest count gets, as in `ui.components.confusion`."""


def save_evaluation(found: Evaluation, name: str, origin: str, words: Callable[[], str]) -> None:
    """Offer the files; nothing is computed before a click.

    Args:
        found: what is saved.
        name: of the test set, in the names of the files.
        origin: of the network.
        words: say what the test set is, in a sentence: "500 test digits".
    """
    with speaking(picture_language()):
        note = say(
            "{origin}, {digits}: {accuracy:.2%}. Rows: the true digit. Columns: the answer.",
            origin=name_words(origin),
            digits=words(),
            accuracy=found.accuracy,
        )
    png = SavedFile(
        say("Confusion matrix (PNG)"),
        f"confusion_{name}.png",
        partial(confusion_png, found, note),
        f"save_confusion_{name}.png",
        has_words=True,
    )
    files = (
        (say("Confusion matrix (CSV)"), partial(confusion_csv, found), f"confusion_{name}.csv"),
        (say("Precision and recall (CSV)"), partial(scores_csv, found), f"scores_{name}.csv"),
        (say("Every answer (CSV)"), partial(answers_csv, found), f"answers_{name}.csv"),
    )
    save_files(
        [png, *(SavedFile(title, file, make, f"save_{file}") for title, make, file in files)],
        key="evaluate_save",
    )


def confusion_png(found: Evaluation, note: str) -> bytes:
    """The matrix as a picture, shaded as on the page; `note` stands below it."""
    counts = found.confusion
    wrong = counts - np.diag(np.diag(counts))
    worst, totals = max(int(wrong.max()), 1), np.maximum(counts.sum(axis=1), 1)
    rows = [
        (
            str(truth),
            [
                Cell(number_text(count), "", ACCENT, STRONGEST * count / totals[truth])
                if truth == answer
                else Cell(number_text(count), "", MISTAKE, STRONGEST * (count / worst) ** 0.5)
                for answer, count in enumerate(row)
            ],
        )
        for truth, row in enumerate(counts.tolist())
    ]
    return table_png(say("Confusion matrix"), [str(digit) for digit in range(10)], rows, note)


def answers_csv(found: Evaluation) -> str:
    """One line a digit: its place, its label, the answer and all ten probabilities."""
    answers = zip(found.labels, found.answers, found.probabilities.tolist(), strict=True)
    return csv_text(
        ("place", "label", "answer", *(f"p{digit}" for digit in range(10))),
        (
            (place, label, answer, *map(nine, shares))
            for place, (label, answer, shares) in enumerate(answers)
        ),
    )


def confusion_csv(found: Evaluation) -> str:
    """The matrix with a head line; rows are the true digits."""
    return csv_text(
        ("true", *(f"read as {digit}" for digit in range(10))),
        ((digit, *row) for digit, row in enumerate(found.confusion)),
    )


def scores_csv(found: Evaluation) -> str:
    """One line a digit: count, recall, precision; a share that does not exist stays empty."""
    shares = zip(found.recall, found.precision, strict=True)
    return csv_text(
        ("digit", "count", "recall", "precision"),
        (
            (digit, found.confusion[digit].sum(), _share(recall), _share(precision))
            for digit, (recall, precision) in enumerate(shares)
        ),
    )


def _share(share: float) -> str:
    return "" if np.isnan(share) else nine(share)
