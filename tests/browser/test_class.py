"""A short lesson with four browsers: a teacher and three students, who have different cookies."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from model.classroom.codes import screen_key_of
from model.classroom.digits.handwriting import bring, written_digits
from model.classroom.digits.league import (
    Entry,
    begin_league,
    end_league,
    hand_network_in,
    league_of,
    show_league,
)
from model.classroom.lifecycle import end_class, join, open_class
from model.classroom.questions import ask_again, ask_class, reveal, show_answers
from model.data import mnist
from tests.browser.conftest import ROOT, WARM, at_rest, engine_is_ready
from tests.browser.pen import SEVEN, Pen
from tests.waiting import wait_until
from ui.classroom.channel.parts import PLACES
from ui.locale.pseudo import PSEUDO, pseudo
from ui.state.classroom.store import database

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def url(serve: Callable[..., str]) -> str:
    return serve(ROOT / "app.py")


@pytest.fixture
def people(browser: Browser) -> Iterator[list[Page]]:
    """A teacher, two students with phones and one with a tablet."""
    sizes = [(1280, 720), (390, 844), (390, 844), (820, 1180)]
    with ExitStack() as stack:
        contexts = [
            stack.enter_context(browser.new_context(viewport={"width": width, "height": height}))
            for width, height in sizes
        ]
        yield [context.new_page() for context in contexts]


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click(timeout=WARM)


def begin_class(teacher: Page, url: str) -> tuple[str, str]:
    """Open a class; its code and the teacher's key."""
    teacher.goto(f"{url}/class")
    press(teacher, "open_class")
    code = teacher.locator(".invitation .code").inner_text(timeout=WARM)
    return code, teacher.url.partition("teach=")[2].partition("&")[0]


def come_in(student: Page, url: str, code: str) -> str:
    """Join a class by the address in its QR code; the student's name there."""
    student.goto(f"{url}/join?code={code}")
    press(student, "join_class")
    return student.locator(".sign .who").inner_text(timeout=WARM)


def test_a_lesson(people: list[Page], url: str, tmp_path: Path) -> None:
    teacher, fox, owl, bee = people
    students = (fox, owl, bee)
    code, key = begin_class(teacher, url)
    assert key
    fox.goto(f"{url}/join")
    for student in (owl, bee):  # by the QR code
        student.goto(f"{url}/join?code={code}")
    typed = fox.get_by_role("textbox", name="Code")
    typed.fill("WRONG", timeout=WARM)
    press(fox, "join_class")
    expect(fox.get_by_text("No class that is open now")).to_be_visible()
    typed.fill(code.lower())
    for student in students:
        press(student, "join_class")
    for student in students:
        expect(student.locator(".sign .who")).to_be_visible(timeout=WARM)
        assert "teach" not in student.url
    tiles = teacher.locator(".board .tiles .tile")
    expect(tiles).to_have_count(3)
    names = [student.locator(".sign .who").inner_text() for student in students]
    assert sorted(names) == sorted(tiles.locator(".name").all_inner_texts())

    # A hand, a reload, and the same animal again.
    fox.locator(".sign .hand").click()
    mine = tiles.filter(has_text=names[0])
    expect(mine.locator(".up")).to_be_visible()
    fox.reload()
    expect(fox.locator(".sign .who")).to_have_text(names[0], timeout=WARM)
    expect(fox.locator(".sign .hand")).to_have_text("Hand is up")

    # What is drawn on the stage is on the board, with the network's answer.
    bee.goto(url)
    engine_is_ready(bee)
    Pen(bee.locator(".stage .canvas canvas").first).draw(SEVEN)
    expect(tiles.filter(has_text=names[2]).locator(".said")).to_have_text("7", timeout=WARM)

    # Guess, talk, answer again, reveal; on whatever page a student is.
    engine_is_ready(teacher)
    at_rest(teacher)
    press(teacher, "ask")
    press(teacher, "ask_ready_now")
    answers = [student.locator(".panel .choices button") for student in students]
    for each in answers:
        expect(each).to_have_count(4, timeout=WARM)
    answers[0].nth(2).click()
    answers[1].nth(1).hover()
    owl.mouse.down()
    answers[2].nth(1).click()
    expect(owl.locator(".panel p.stage")).to_have_text("2 of 3 have answered")
    owl.mouse.up()  # others have answered since it was pressed
    expect(answers[1].nth(1)).to_have_attribute("aria-pressed", "true")
    expect(teacher.locator(".board .stage")).to_have_text("3 of 3 have answered")
    expect(teacher.locator(".board .spread")).to_have_count(0)
    address = teacher.locator(".st-key-steer a[href*=screen]").first.get_attribute("href")
    assert address is not None
    with teacher.context.expect_page() as opened:
        teacher.locator(".st-key-steer a[href*=screen]").first.click()
    projector = opened.value
    expect(projector.locator(".projector .asked:not(.league) .stage")).to_have_text(
        "3 of 3 have answered", timeout=WARM
    )
    expect(projector.locator(".projector .options li")).to_have_count(4)
    for name, screen in (("projector", projector), ("phone", fox), ("tablet", bee)):
        picture = Image.open(io.BytesIO(screen.screenshot(path=tmp_path / f"{name}.png")))
        size = screen.viewport_size
        assert size is not None
        assert picture.size == (size["width"], size["height"])
        question = screen.locator(".projector .asked:not(.league), .panel:not(.writing)").first
        expect(question).to_be_in_viewport(ratio=1)
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert screen.evaluate(wide), f"the {name} scrolls sideways"
    teacher.bring_to_front()  # behind another tab a page is drawn once a second: a press waits two
    press(teacher, "show_answers")
    expect(projector.locator(".projector .bar.round-1 b")).to_have_text(["0", "2", "1", "0"])
    expect(fox.locator(".panel .bar.round-1 b")).to_have_text(["0", "2", "1", "0"])
    press(teacher, "ask_again")
    for each in answers:
        expect(each).to_have_count(4)
        each.nth(2).click()
    expect(teacher.locator(".board .stage")).to_have_text("Second round: 3 of 3 have answered")
    press(teacher, "show_answers")
    expect(owl.locator(".panel .bar.round-2 b")).to_have_text(["0", "0", "3", "0"])
    press(teacher, "reveal")
    expect(owl.locator(".panel .row.right .option")).to_contain_text("32")
    press(teacher, "close_question")
    expect(owl.locator(".panel:not(.writing)")).to_be_hidden()

    expect(projector.locator(".projector .code")).to_have_text(code)

    # A tile grows, with or without the animal's name.
    mine.click()
    large = teacher.locator(".board dialog.large")
    expect(large.locator(".name")).to_have_text(names[0])
    teacher.keyboard.press("Escape")
    expect(large).to_be_hidden()
    at_rest(teacher)
    teacher.locator(".st-key-class_names label").click()
    expect(tiles.first.locator(".name")).to_have_text("")
    tiles.first.click()
    expect(large).to_be_visible()
    expect(large.locator(".name")).to_have_text("")
    teacher.keyboard.press("Escape")

    # Everybody to one view; eyes front; at the end the projector's address shows no class.
    at_rest(teacher)
    teacher.locator(".st-key-eyes_front_False label").click()
    expect(fox.locator(".front")).to_be_visible()
    teacher.locator(".st-key-eyes_front_True label").click()
    expect(fox.locator(".front")).to_be_hidden()
    teacher.get_by_test_id("stHeader").get_by_role("button", name="Look inside").click()
    teacher.get_by_role("menuitem", name="Filters", exact=True).click()
    press(teacher, "bring_everybody")
    for student in students:
        expect(student.get_by_role("heading", name="Filters", level=1)).to_be_visible(timeout=WARM)

    # The class ends, and so do all signs of it.
    teacher.go_back()
    teacher.get_by_role("button", name="End the class").click(timeout=WARM)
    press(teacher, "end_class")
    for student in students:
        expect(student.locator(".sign")).to_have_count(0, timeout=WARM)
    fox.goto(address)
    expect(fox.get_by_text("has ended")).to_be_visible(timeout=WARM)


def test_what_a_teacher_opens_is_seen_when_all_of_it_has_come(people: list[Page], url: str) -> None:
    teacher = people[0]
    begin_class(teacher, url)
    late: list[Route] = []
    # It stands above the button, and moves it.
    teacher.route("**/Selectbox.*.js", lambda route: late.append(route))
    with teacher.expect_request("**/Selectbox.*.js"):
        press(teacher, "ask")
    ask = teacher.locator(".st-key-ask_ready_now button")
    expect(ask).to_be_attached(timeout=WARM)
    expect(teacher.locator(".st-key-ask_form button")).to_have_count(3)
    expect(ask).to_be_hidden()
    (piece,) = late
    piece.continue_()
    expect(ask).to_be_visible()
    ask.click()
    expect(teacher.locator(".board .stage")).to_have_text("0 of 0 have answered")


def test_the_board_tells_who_does_nothing_and_whose_network_is_lost(
    people: list[Page], url: str
) -> None:
    teacher, fox = people[:2]
    teacher.clock.install()
    code, _ = begin_class(teacher, url)
    sockets: list[WebSocketRoute] = []

    def passed_on(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    fox.route_web_socket("**/class_channel", passed_on)
    name, who = come_in(fox, url, code), fox.locator(".sign .who")
    tile = teacher.locator(".board .tile").first
    expect(tile.locator(".name")).to_have_text(name)
    expect(tile).not_to_have_class("tile idle")

    def told() -> bool:
        teacher.clock.fast_forward("04:00")
        words, looks = tile.locator(".words").inner_text(), tile.get_attribute("class") or ""
        return re.search(r"nothing for \d+ minutes", words) is not None and "idle" in looks

    # The board counts by its own clock, which whatever still arrives from the server sets right.
    wait_until(told, 120, "the board tells who does nothing")

    # Without a network the sign says so; what was pressed meanwhile arrives when it is back.
    fox.context.set_offline(True)
    sockets[-1].close()
    expect(fox.locator(".sign[data-state=away]")).to_be_visible()
    expect(tile).to_contain_class("gone")
    expect(tile.locator(".words")).to_have_text("not connected")
    fox.locator(".sign .hand").click()
    fox.context.set_offline(False)
    expect(fox.locator(".sign[data-state=open]")).to_be_visible()
    expect(who).to_have_text(name)  # the same animal
    expect(tile.locator(".up")).to_be_visible()
    expect(tile).not_to_contain_class("gone")


def test_students_follow_when_their_teacher_changes_the_language(
    people: list[Page], url: str
) -> None:
    teacher, fox = people[:2]
    teacher.goto(f"{url}/class?lang={PSEUDO}")
    press(teacher, "open_class")
    code = teacher.locator(".invitation .code").inner_text(timeout=WARM)
    fox.goto(f"{url}/join?code={code}")
    press(fox, "join_class")
    hand = fox.locator(".sign .hand")
    expect(hand).to_have_text(pseudo("Raise hand"), timeout=WARM)
    hand.click()
    expect(teacher.locator(".board .tile .up")).to_have_text(pseudo("hand"), timeout=WARM)
    engine_is_ready(teacher)
    at_rest(teacher)
    teacher.locator(".st-key-language button").first.click()
    teacher.locator("[role=option], [role=menuitem]", has_text="English").click()
    expect(teacher.locator(".board .tile .up")).to_have_text("hand", timeout=WARM)
    expect(hand).to_have_text("Hand is up", timeout=WARM)  # and nobody has loaded a page
    expect(fox.get_by_role("heading", name="Join a class", level=1)).to_be_visible()


def test_a_student_writes_what_is_asked_for(people: list[Page], url: str) -> None:
    teacher, fox = people[:2]
    code, key = begin_class(teacher, url)
    come_in(fox, url, code)
    teacher.goto(f"{url}/handwriting?teach={key}")
    teacher.locator(".st-key-prompted_False label").click(timeout=WARM)
    writing = fox.locator(".panel.writing")
    expect(writing.locator("h2")).to_have_text("Draw a 0", timeout=WARM)
    writing.locator(".send").click()
    expect(writing.locator(".stage")).to_have_text("Draw first")
    Pen(writing.locator("canvas").first).draw(SEVEN)
    writing.locator(".send").click()
    expect(writing.locator(".stage")).to_have_text("1 handed in")
    expect(writing.locator("h2")).to_have_text("Draw a 1")
    expect(teacher.locator(".grid .digits .one")).to_have_count(1, timeout=WARM)
    writing.locator(".later").click()
    expect(writing).to_be_hidden()


def test_nothing_scrolls_on_the_projector(people: list[Page], url: str) -> None:
    here = database()  # the server's: both keep it in the same folder
    opened = open_class(here)
    class_id = opened.class_id
    bring(here, class_id, mnist.embedded().test.take(np.arange(0, 500, 5)), [False] * 100)
    begin_league(here, class_id, written_digits(here, class_id), 30_000, 30)
    league = league_of(here, class_id)
    assert league is not None
    for right in range(20, 20 - PLACES - 2, -1):
        one = join(here, opened.code)
        hand_network_in(here, class_id, one.student_id, league.id, Entry(right, 9_000, 12.5, 4))
    projector = people[0]
    projector.goto(f"{url}/class?screen={screen_key_of(opened.teacher_key)}")
    expect(projector.locator(".projector .code")).to_have_text(opened.code, timeout=WARM)
    end_league(here, class_id)
    show_league(here, class_id, True)
    rows = projector.locator(".projector .ranking li")
    expect(rows).to_have_count(PLACES)
    expect(projector.locator(".projector .code")).to_be_hidden()
    expect(rows.first).to_contain_text("20 (100.0%)")
    expect(projector.get_by_text("and 2 more")).to_be_in_viewport(ratio=1)
    expect(projector.get_by_text("of 20 that were held back")).to_be_in_viewport(ratio=1)
    bars = rows.locator(".bar i").evaluate_all("all => all.map(each => each.clientWidth)")
    assert bars == sorted(bars, reverse=True)
    assert bars[0] > 200
    show_league(here, class_id, False)
    expect(projector.locator(".projector .code")).to_be_visible()

    # A long question about a picture, with two rounds of all ten digits.
    zero = mnist.embedded().test.images[0]
    text = "Which digit is it? " * 5
    asked = ask_class(here, class_id, text, "0123456789", 0, pixels=zero)
    expect(projector.locator(".projector .options li")).to_have_count(10)
    stage = projector.locator(".projector .asked:not(.league) .stage")
    expect(stage).to_be_in_viewport(ratio=1)
    show_answers(here, class_id, asked)
    ask_again(here, class_id, asked)
    show_answers(here, class_id, asked)
    reveal(here, class_id, asked)
    expect(stage).to_have_text("The right answer is marked")
    expect(projector.locator(".projector .spread .bar")).to_have_count(20)
    expect(stage).to_be_in_viewport(ratio=1)
    end_class(here, class_id)
