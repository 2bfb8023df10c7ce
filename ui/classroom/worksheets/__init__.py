"""Worksheets for A4, printed from the browser: documents of their own, without the app around them.

    /worksheets/convolution?number=7            the seventh of a thousand: other numbers, same task
    /worksheets/convolution?number=7&answers=1  its answers, on a sheet of their own
    /worksheets/convolution?lang=zh_Hans        in Chinese

Each number gives another sheet, so that neighbours can have different ones.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from model.classroom.digits.collection_sheet import (
    BAR,
    BOX,
    COLUMNS,
    CORE,
    GAP,
    HEIGHT,
    MARK,
    MIDDLES,
    ROWS,
    WIDTH,
    box_at,
)
from ui.locale import language, say, speaking, tag, to_say
from ui.state.language import PARAMETER, language_of
from ui.state.pages import below_base

NUMBERS = 1000
STYLE = Path(__file__).with_name("worksheet.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Worksheet:
    """One kind of sheet.

    Attributes:
        title: on it, in English.
        about: likewise, what it is for, in a sentence.
        body: makes its HTML from the number of the sheet, and whether it has the answers.
        numbered: whether each number gives another sheet.
        answered: whether there are answers.
    """

    title: str
    about: str
    body: Callable[[int, bool], str]
    numbered: bool = True
    answered: bool = True


@dataclass(frozen=True)
class ConvolutionTask:
    """A convolution that can be done in the head.

    Attributes:
        picture: (6, 6) int, 0 to 3.
        kernel: (3, 3) int, -1 to 1.
        bias: -2 to 2.
    """

    picture: np.ndarray
    kernel: np.ndarray
    bias: int

    @property
    def sums(self) -> np.ndarray:
        """(4, 4): y(i,j) = Σp Σq x(i+p, j+q) · k(p,q) + bias."""
        windows = sliding_window_view(self.picture, (3, 3))
        found: np.ndarray = (windows * self.kernel).sum(axis=(2, 3)) + self.bias
        return found

    @property
    def activated(self) -> np.ndarray:
        """(4, 4): max(0, y)."""
        found: np.ndarray = np.maximum(self.sums, 0)
        return found

    @property
    def pooled(self) -> np.ndarray:
        """(2, 2): the largest of each 2×2 block."""
        found: np.ndarray = self.activated.reshape(2, 2, 2, 2).max(axis=(1, 3))
        return found


def convolution_task(number: int) -> ConvolutionTask:
    """The task of a sheet; some sums are negative, so that ReLU has something to do."""
    for attempt in range(100):
        chance = np.random.default_rng((number, attempt))
        kernel = chance.integers(-1, 2, (3, 3))
        picture = chance.integers(0, 4, (6, 6)) * (chance.random((6, 6)) < 0.6)
        task = ConvolutionTask(picture, kernel, int(chance.integers(-2, 3)))
        if (task.sums < 0).sum() >= 4 and (task.pooled > 0).sum() >= 3:
            return task
    raise AssertionError("a hundred attempts hold no such task")


@dataclass(frozen=True)
class ConfusionTask:
    """Some answers of an invented network: true digits and answers, (40,) int each."""

    labels: np.ndarray
    answers: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        """(10, 10): how many digits of each row were answered as each column."""
        counts = np.zeros((10, 10), int)
        np.add.at(counts, (self.labels, self.answers), 1)
        return counts

    @property
    def right(self) -> int:
        """How many answers are right."""
        return int((self.labels == self.answers).sum())


ALIKE = {0: 6, 1: 7, 2: 7, 3: 5, 4: 9, 5: 3, 6: 0, 7: 1, 8: 3, 9: 4}
"""What each digit is taken for on the sheets, when it is taken for another."""


def confusion_task(number: int) -> ConfusionTask:
    """The task of a sheet: four digits of each class, about a fifth of them answered wrongly."""
    chance = np.random.default_rng((number, 1))
    labels = chance.permutation(np.repeat(np.arange(10), 4))
    wrong = chance.random(40) < 0.2
    answers = np.where(wrong, [ALIKE[int(label)] for label in labels], labels)
    return ConfusionTask(labels, answers)


def table(rows: Sequence[Sequence[object]], kind: str = "", own: bool = False) -> str:
    """An HTML table; an empty text is an empty cell."""
    cell = "<td class='own'>" if own else "<td>"
    lines = ("".join(f"{cell}{html.escape(_said(each))}</td>" for each in row) for row in rows)
    return f"<table class='{kind}'>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _said(value: object) -> str:
    return str(value).replace("-", "−")


def _blank(side: int) -> list[list[str]]:
    return [[""] * side for _ in range(side)]


def _convolution(number: int, answers: bool) -> str:
    task = convolution_task(number)

    def result(values: np.ndarray, side: int) -> str:
        return table(values.tolist() if answers else _blank(side), own=answers)

    what_to_do = say(
        "Slide the kernel over the picture. At each place multiply the nine pairs of numbers, add "
        "the products, and add the bias <b>{bias}</b>. There are 16 places.",
        bias=_said(task.bias),
    )
    if answers:
        sentence = say(
            "How many of the 36 numbers of the picture had a part in the four that are left? All "
            "that lie under a window whose sum won its block; those under a 0 of the kernel never "
            "count."
        )
    else:
        sentence = say("Which numbers of the picture had a part in the four that are left?")
    return (
        f"<p>{what_to_do}</p><div class='row'>"
        f"<div><h2>{say('Picture, 6×6')}</h2>{table(task.picture.tolist())}</div>"
        f"<div><h2>{say('Kernel, 3×3')}</h2>{table(task.kernel.tolist(), 'kernel')}</div></div>"
        "<div class='row'>"
        f"<div><h2>{say('1. Sums, 4×4')}</h2>{result(task.sums, 4)}</div>"
        f"<div><h2>{say('2. After ReLU: max(0, sum)')}</h2>{result(task.activated, 4)}</div>"
        f"<div><h2>{say('3. Max pooling, 2×2')}</h2>{result(task.pooled, 2)}</div></div>"
        f"<h2>{say('4. In a sentence')}</h2><p>{sentence}</p>"
        + ("" if answers else "<div class='line'></div><div class='line'></div>")
    )


def _confusion(number: int, answers: bool) -> str:
    task = confusion_task(number)
    pairs = "".join(
        f"<div>{label} → {said}</div>"
        for label, said in zip(task.labels.tolist(), task.answers.tolist(), strict=True)
    )
    heads = "".join(f"<th>{digit}</th>" for digit in range(10))
    rows = "".join(
        f"<tr><th>{digit}</th>"
        + "".join(f"<td class='own'>{count if answers and count else ''}</td>" for count in counts)
        + "</tr>"
        for digit, counts in enumerate(task.matrix.tolist())
    )
    chosen = int(np.argmin(np.diag(task.matrix)))
    recall = int(task.matrix[chosen, chosen])
    if answers:
        result = say(
            "<b>Accuracy:</b> {right} of 40, {accuracy:.1%}. "
            "<b>Recall of {digit}:</b> {found} of 4, {recall:.0%}.",
            right=task.right,
            accuracy=task.right / 40,
            digit=chosen,
            found=recall,
            recall=recall / 4,
        )
    else:
        result = say(
            "Accuracy: ______ of 40, ______ %. Recall of {digit}: ______ of 4, ______ %.",
            digit=chosen,
        )
    what_to_do = say(
        "An invented network has read 40 digits. Each pair is: true digit → answer. Put a mark for "
        "each into the row of the true digit and the column of the answer, then count."
    )
    what_it_is = say(
        "Accuracy is the share of all answers that are right; recall of a digit the share of that "
        "digit's own that were found."
    )
    return (
        f"<p>{what_to_do}</p><div class='pairs'>{pairs}</div>"
        f"<h2>{say('Rows: true digit. Columns: answer.')}</h2>"
        f"<div class='scroll'><table><tr><th></th>{heads}</tr>{rows}</table></div>"
        f"<p>{result}</p><p>{what_it_is}</p>"
    )


def _grid(number: int, answers: bool) -> str:
    what_to_do = say(
        "Draw a digit into the inner 20×20 cells. Then write a number into each cell with ink: 9 "
        "where it is full, less where the stroke only touches it. An empty cell is 0. This is all "
        "that the network gets."
    )
    return f"<p>{what_to_do}</p><div class='scroll'>{table(_blank(28), 'grid')}</div>"


def _collection(number: int, answers: bool) -> str:
    """The sheet that is read from a photo: its places are `model.classroom.digits`'."""
    parts = [
        f"<rect x='{x - side / 2}' y='{y - side / 2}' width='{side}' height='{side}' "
        f"fill='{fill}'/>"
        for x, y in MIDDLES
        for side, fill in ((MARK, "#000"), (GAP, "#fff"), (CORE, "#000"))
    ]
    left, top, width, height = BAR
    parts.append(f"<rect x='{left}' y='{top}' width='{width}' height='{height}' fill='#000'/>")
    for column in range(COLUMNS):
        x, y = box_at(0, column)
        parts.append(f"<text x='{x + BOX / 2}' y='{y - 2.5}'>{column}</text>")
        for row in range(ROWS):
            x, y = box_at(row, column)
            parts.append(f"<rect class='box' x='{x}' y='{y}' width='{BOX}' height='{BOX}'/>")
    what_to_do = say(
        "Write the digit above each column into its boxes, one in each, with a dark pen. Leave a "
        "box empty rather than cross out. Then take one photo of the whole sheet, with all four "
        "corner marks."
    )
    return (
        f"<p>{what_to_do}</p>"
        f"<svg class='collection' viewBox='0 0 {WIDTH} {HEIGHT}' role='img' "
        f"aria-label='{html.escape(say('A sheet with boxes'))}'>{''.join(parts)}</svg>"
    )


SHEETS: dict[str, Worksheet] = {
    "convolution": Worksheet(
        to_say("A convolution by hand"),
        to_say("Nine products, a sum, ReLU and pooling."),
        _convolution,
    ),
    "confusion": Worksheet(
        to_say("A confusion matrix"),
        to_say("Forty answers to be sorted, accuracy and recall."),
        _confusion,
    ),
    "grid": Worksheet(
        to_say("A digit as numbers"),
        to_say("An empty grid of 28×28."),
        _grid,
        numbered=False,
        answered=False,
    ),
    "collection": Worksheet(
        to_say("Our handwriting on paper"),
        to_say("120 boxes for digits; a photo of it is read into the class's own set."),
        _collection,
        numbered=False,
        answered=False,
    ),
}


def document(name: str, number: int, answers: bool) -> str:
    """A whole sheet as HTML, in the language that is spoken here.

    Args:
        name: of the worksheet, one of `SHEETS`.
        number: of the sheet, from 1.
        answers: whether it has the answers.
    """
    sheet = SHEETS[name]
    title = say(sheet.title)
    if answers:
        title = say("{title}: answers", title=title)
    links = [f"<button onclick='print()'>{say('Print')}</button>"]
    if sheet.numbered:
        links.append(_link(sheet_address(name, number % NUMBERS + 1), say("Other numbers")))
    if sheet.answered:
        other = say("The sheet") if answers else say("Answers")
        links.append(_link(sheet_address(name, number, not answers), other))
    sheet_number = f"<span>{say('Sheet {number}', number=number)}</span>" if sheet.numbered else ""
    return (
        f"<!doctype html><html lang='{tag(language())}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f"<nav class='bar'>{''.join(links)}</nav><main>"
        f"<div class='head'><h1>{title}</h1>{sheet_number}</div>"
        f"{sheet.body(number, answers)}</main></body></html>"
    )


def _link(address: str, words: str) -> str:
    return f"<a href='{html.escape(address)}'>{words}</a>"


def sheet_address(name: str, number: int | None = None, answers: bool = False) -> str:
    """Where a worksheet stands on this server, in the language that is spoken here.

    Args:
        name: of the worksheet.
        number: of the sheet; None for the first.
        answers: whether it has the answers.
    """
    query = {} if number is None else {"number": str(number)}
    query |= {"answers": "1"} if answers else {}
    query[PARAMETER] = language()
    return f"{below_base(f'worksheets/{name}')}?{urlencode(query)}"


def worksheet_routes() -> list[Route]:
    """The route of all worksheets."""

    async def send(request: Request) -> HTMLResponse | PlainTextResponse:
        asked, accepted = (
            request.query_params.get(PARAMETER),
            request.headers.get("Accept-Language"),
        )
        with speaking(language_of(asked, request.cookies, accepted or "")):
            return _answer(request)

    return [Route(below_base("worksheets/{name}"), send)]


def _answer(request: Request) -> HTMLResponse | PlainTextResponse:
    name, text = request.path_params["name"], request.query_params.get("number", "1")
    known = text.isascii() and text.isdigit() and len(text) < 5
    if name not in SHEETS or not (known and 1 <= int(text) <= NUMBERS):
        return PlainTextResponse(say("There is no such worksheet."), 404)
    answers = SHEETS[name].answered and request.query_params.get("answers") == "1"
    return HTMLResponse(document(name, int(text), answers))
