"""Worksheets: their tasks against loops and examples by hand, and the documents that are sent."""

import asyncio
import re

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from tests.markup import parsed, text_of
from tests.pages.said import english
from ui.classroom.worksheets import (
    NUMBERS,
    SHEETS,
    ConfusionTask,
    ConvolutionTask,
    confusion_task,
    convolution_task,
    document,
    worksheet_routes,
)
from ui.locale import speaking
from ui.locale.pseudo import PSEUDO

PAGES = Starlette(routes=worksheet_routes())


def get(address: str, **headers: str) -> tuple[int, str]:
    """The status and the text that the server sends."""
    path, _, query = address.partition("?")
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }
    asyncio.run(PAGES(scope, receive, send))
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:]).decode()


def test_a_convolution_that_was_worked_by_hand() -> None:
    picture = np.zeros((6, 6), int)
    picture[1:5, 2] = 2  # a vertical line
    kernel = np.array([[-1, 1, 0]] * 3)
    task = ConvolutionTask(picture, kernel, 1)
    assert task.sums.tolist() == [
        [1, 5, -3, 1],
        [1, 7, -5, 1],
        [1, 7, -5, 1],
        [1, 5, -3, 1],
    ]
    assert task.activated[0].tolist() == [1, 5, 0, 1]
    assert task.pooled.tolist() == [[7, 1], [7, 1]]


@pytest.mark.parametrize("number", [1, 2, 17, NUMBERS])
def test_every_sheet_is_what_the_formula_says_and_gives_relu_something_to_do(number: int) -> None:
    task = convolution_task(number)
    for i in range(4):
        for j in range(4):
            total = task.bias
            for p in range(3):
                for q in range(3):
                    total += task.picture[i + p, j + q] * task.kernel[p, q]
            assert task.sums[i, j] == total
    assert (task.sums < 0).any()
    assert np.abs(task.sums).max() < 30  # can be done in the head
    assert (convolution_task(number).picture == task.picture).all()


def test_all_sheets_exist_and_neighbours_differ() -> None:
    tasks = [convolution_task(number).picture.tobytes() for number in range(1, NUMBERS + 1)]
    assert len(set(tasks)) > 0.99 * NUMBERS


def test_a_confusion_matrix_that_was_counted_by_hand() -> None:
    task = ConfusionTask(np.array([0, 0, 1, 7]), np.array([0, 6, 1, 1]))
    assert task.right == 2
    assert task.matrix[0].tolist() == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert task.matrix[7, 1] == 1
    assert task.matrix.sum() == 4


@pytest.mark.parametrize("number", [1, 5, NUMBERS])
def test_an_invented_network_is_mostly_right_and_never_always(number: int) -> None:
    task = confusion_task(number)
    assert np.bincount(task.labels).tolist() == [4] * 10
    assert 24 <= task.right < 40


def own_cells(name: str, *, answers: bool) -> list[str]:
    """The cells that are to be filled in on the third sheet."""
    found = parsed(document(name, 3, answers)).iterfind(".//td[@class='own']")
    return [text_of(cell) for cell in found]


def language_of(document: str) -> str | None:
    page = parsed(document).find("html")
    return page.get("lang") if page is not None else None


def test_answers_stand_on_the_sheet_of_answers_and_nowhere_else() -> None:
    task = convolution_task(3)
    cells = own_cells("convolution", answers=True)
    wanted = [*task.sums.ravel(), *task.activated.ravel(), *task.pooled.ravel()]
    assert cells == [str(value).replace("-", "−") for value in wanted]
    assert own_cells("convolution", answers=False) == []
    assert set(own_cells("confusion", answers=False)) == {""}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_opens_in_the_browser_and_fetches_nothing(name: str) -> None:
    status, text = get(f"/worksheets/{name}?number=12")
    assert status == 200
    assert SHEETS[name].title in text
    assert language_of(text) == "en"
    assert "size: A4" in text
    assert not re.search(r"(src|href)='?\"?https?:", text)


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ("?lang=zh_Hans", {"accept_language": "de, en"}, "zh-Hans"),
        ("", {"accept_language": "de, zh-CN;q=0.8, en;q=0.5"}, "zh-Hans"),
        ("", {"cookie": "digitscope_language=en", "accept_language": "zh-CN"}, "en"),
        ("?lang=<b>", {}, "en"),
        ("?lang=xx", {}, "en-XA"),
    ],
)
def test_a_sheet_has_the_language_of_its_address_or_of_the_browser(
    query: str, headers: dict[str, str], language: str
) -> None:
    _, text = get(f"/worksheets/convolution{query}", **headers)
    assert language_of(text) == language
    links = [link.get("href", "") for link in parsed(text).iter("a")]
    assert len(links) == 2
    for link in links:
        _, there = get(link)
        assert language_of(there) == language


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("answers", [False, True])
def test_nothing_on_a_sheet_is_in_one_language_only(name: str, answers: bool) -> None:
    with speaking(PSEUDO):
        text = document(name, 7, answers)
    assert english(text_of(text), frozenset({"of", "relu", "max", "sum"})) == []


@pytest.mark.parametrize(
    "path",
    ["nothing", "convolution?number=0", "convolution?number=1001", "grid?number=<b>", "..%2f"],
)
def test_what_is_no_sheet_gets_a_sentence(path: str) -> None:
    status, text = get(f"/worksheets/{path}")
    assert status == 404
    assert "<" not in text
