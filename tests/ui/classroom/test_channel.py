"""The class's channel over a real WebSocket: what screens are told, and what is refused."""

import base64
import gc
import json
import os
import random
import threading
from contextlib import ExitStack, suppress

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from model.classroom import database as database_module
from model.classroom.digits.handwriting import ask_for_digits, bring, written_digits
from model.classroom.digits.league import (
    Entry,
    begin_league,
    end_league,
    hand_network_in,
    league_of,
    show_league,
)
from model.classroom.lifecycle import end_class, join, open_class
from model.classroom.questions import ask_again, ask_class, close_question, reveal, show_answers
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.spoken import speak_in_class
from model.classroom.steering import eyes_front, pause_trainings, send_to
from model.classroom.view import view_class
from model.data import mnist
from model.engine import InlineEngine
from model.network import NetworkConfig
from model.runs import Run, RunPhase
from model.runs.registry import Runs
from model.training.config import TrainingConfig
from tests.benchmarks.student import ink_of
from tests.channels import closed_with, sitting
from tests.junk import junk_message
from tests.ui.classroom.conftest import Lesson
from ui.classroom.channel.frames import LARGEST, request_of
from ui.classroom.channel.routes import digit_in
from ui.frame.class_row.lesson_questions import LESSON_QUESTIONS
from ui.locale import say, speaking
from ui.locale.pseudo import PSEUDO
from ui.locale.sentence import Sentence
from ui.state.classroom.seat import Role
from ui.state.classroom.words import class_words, name_words
from ui.state.connections.sockets import CONNECTIONS, TOO_MANY, MalformedError, Traffic
from ui.state.pages import ENTRIES
from ui.state.session import ChosenDigit

JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "100"))

pytestmark = pytest.mark.usefixtures("closed_at_once")


def test_a_raised_hand_is_on_the_board_and_nowhere_else(lesson: Lesson) -> None:
    fox, owl, teacher = lesson.seat(), lesson.seat(), lesson.seat(Role.TEACHER)
    with (
        lesson.sitting(fox) as mine,
        lesson.sitting(owl) as other,
        lesson.sitting(teacher) as board,
    ):
        assert fox.one is not None
        tile = f"tile {fox.one.student_id}"
        board.until(lambda parts: tile in parts)
        assert mine.ask(do="hand", up=True) == {"done": 1}
        board.until(lambda parts: parts[tile]["hand"])
        mine.until(lambda parts: parts["me"]["hand"])
        other.until(lambda parts: "me" in parts)
        assert other.parts["me"]["hand"] is False
        eyes_front(lesson.database, lesson.opened.class_id, True)
        other.until(lambda parts: parts["class"]["front"])
        words = json.dumps(other.messages)
        assert name_words(fox.one.name) not in words
        assert fox.one.student_id not in words
        assert lesson.opened.teacher_key not in words


def test_only_what_has_changed_is_sent(lesson: Lesson) -> None:
    fox, teacher = lesson.seat(), lesson.seat(Role.TEACHER)
    quiet = [lesson.seat() for _ in range(5)]
    with lesson.sitting(teacher) as board, lesson.sitting(fox) as mine:
        mine.ask(do="hand", up=True)
        assert fox.one is not None
        tile = f"tile {fox.one.student_id}"
        board.until(lambda parts: tile in parts and parts[tile]["hand"])
        board.messages.clear()
        mine.ask(do="hand", up=False)
        board.until(lambda parts: not parts[tile]["hand"])
        names = {name for said in board.messages for name in said["parts"]}
        assert not {f"tile {each.one.student_id}" for each in quiet if each.one} & names


def test_nobody_sees_how_answers_are_spread_before_the_teacher_opens_it(lesson: Lesson) -> None:
    here, class_id = lesson.database, lesson.opened.class_id
    fox, owl, teacher = lesson.seat(), lesson.seat(), lesson.seat(Role.TEACHER)
    with (
        lesson.sitting(fox) as one,
        lesson.sitting(owl) as two,
        lesson.sitting(teacher) as board,
    ):
        asked = ask_class(here, class_id, "What slides?", ["a filter", "a pixel"], 0)
        for screen, choice in ((one, 1), (two, 1)):
            screen.until(lambda parts: parts.get("question"))
            said = screen.ask(do="answer", question=asked, round=1, choice=choice)
            assert said == {"done": 1}
        board.until(lambda parts: (parts.get("question") or {}).get("answered") == 2)
        for screen in (one, two, board):
            for said in screen.messages:
                shown = said.get("parts", {}).get("question")
                assert shown is None or (shown["spread"], shown["right"]) == ([], None)
        show_answers(here, class_id, asked)
        one.until(lambda parts: parts["question"]["spread"] == [[0, 2]])
        assert one.parts["question"]["right"] is None
        late = one.ask(do="answer", question=asked, round=1, choice=0)
        assert (late["words"], late["again"]) == ("No answers are taken now.", False)
        ask_again(here, class_id, asked)
        replayed = one.ask(do="answer", question=asked, round=1, choice=0)
        assert replayed["words"] == "No answers are taken now."
        assert one.ask(do="answer", question=asked, round=2, choice=0) == {"done": 4}
        board.until(lambda parts: parts["question"]["answered"] == 1)
        assert board.parts["question"]["spread"] == [[0, 2]]  # the second round is still open
        show_answers(here, class_id, asked)
        reveal(here, class_id, asked)
        two.until(lambda parts: parts["question"]["right"] == 0)
        assert two.parts["question"]["spread"] == [[0, 2], [1, 0]]


def test_everybody_sees_the_digit_that_a_question_is_about(lesson: Lesson) -> None:
    here, class_id = lesson.database, lesson.opened.class_id
    digits = [str(number) for number in range(10)]
    fox = lesson.seat()
    others = lesson.seat(Role.TEACHER), lesson.seat(Role.SCREEN)
    with (
        lesson.sitting(fox) as one,
        lesson.sitting(others[0]) as board,
        lesson.sitting(others[1]) as projector,
    ):
        pixels = mnist.embedded().test.images[185]
        asked = ask_class(here, class_id, "Which digit is this?", digits, 3, pixels=pixels)
        sent = base64.b64encode(pixels.tobytes()).decode()
        for screen in (one, board, projector):
            screen.until(lambda parts: parts.get("picture") == sent)
            screen.messages.clear()
        assert one.ask(do="answer", question=asked, round=1, choice=5) == {"done": 1}
        projector.until(lambda parts: parts["question"]["answered"] == 1)
        assert sent not in json.dumps(projector.messages)  # it is sent once
        close_question(here, class_id, asked)
        for screen in (one, board, projector):
            screen.until(lambda parts: parts["picture"] is None)


def test_the_board_follows_what_a_student_draws(lesson: Lesson) -> None:
    fox, teacher = lesson.seat(), lesson.seat(Role.TEACHER)
    assert fox.one is not None
    tile = f"tile {fox.one.student_id}"
    with lesson.sitting(teacher) as board, lesson.sitting(fox):
        fox.page = "draw"
        digit = np.full((28, 28), 0.5, np.float32)
        lesson.sessions[0].digit = ChosenDigit(digit, Sentence("your drawing"), answer=(7, 0.93))
        lesson.sessions[0].page = "draw"
        board.until(lambda parts: parts.get(tile, {}).get("said") == 7)
        assert board.parts[tile]["page"] == "Draw"
        assert board.parts[tile]["here"]
    with lesson.sitting(teacher) as board:
        board.until(lambda parts: not parts[tile]["here"])
        assert board.parts[tile]["said"] == 7


def test_all_trainings_are_held_and_go_on(lesson: Lesson) -> None:
    here, class_id, gate = lesson.database, lesson.opened.class_id, threading.Event()

    def phase(run: Run, wanted: RunPhase) -> None:
        assert run.wait(lambda state: state.phase is wanted, 60).phase is wanted

    def stopped(*_: object) -> None:
        gate.wait(60)

    engine = InlineEngine(before=stopped)
    registry = Runs(lambda: engine)

    def begin() -> Run:
        return registry.start("Run 1", NetworkConfig(filters=(2,)), TrainingConfig(epochs=1000))

    fox = lesson.seat()
    first, own = begin(), begin()
    own.pause()  # by the student
    phase(own, RunPhase.PAUSED)
    fox.runs = [first, own]
    going = first.state().phase
    assert going.moving
    with lesson.sitting(fox) as screen:
        pause_trainings(here, class_id, True)
        screen.until(lambda parts: parts["class"]["paused"])
        phase(first, RunPhase.PAUSED)
        second = begin()
        fox.runs = [first, own, second]
        fox.hold(True)  # as each run of a page does
        phase(second, RunPhase.PAUSED)
    reloaded = lesson.seat()
    reloaded.one, reloaded.runs = fox.one, fox.runs
    with lesson.sitting(reloaded) as screen:
        screen.until(lambda parts: parts["class"]["paused"])
        pause_trainings(here, class_id, False)
        screen.until(lambda parts: not parts["class"]["paused"])
    phase(first, going)
    phase(second, going)
    assert own.state().phase is RunPhase.PAUSED  # its student has paused it
    for run in (first, second, own):
        run.stop()
    gate.set()


def test_everybody_is_sent_to_a_view_and_who_comes_later_is_not(lesson: Lesson) -> None:
    fox, owl = lesson.seat(), lesson.seat()
    with lesson.sitting(fox) as screen:
        screen.until(lambda parts: parts["go"] == 0)
        send_to(lesson.database, lesson.opened.class_id, "filters", {"layer": "conv2"})
        screen.until(lambda parts: parts["go"] == 1)
        assert fox.sent_to is not None
        assert (fox.sent_to.page, fox.followed) == ("filters", 0)
    with lesson.sitting(owl) as screen:
        screen.until(lambda parts: parts["go"] == 1)
        assert owl.followed == 1


def test_when_the_class_ends_the_screens_are_told(lesson: Lesson) -> None:
    fox = lesson.seat()
    with lesson.sitting(fox) as screen:
        screen.until(lambda parts: "me" in parts)
        end_class(lesson.database, lesson.opened.class_id)
        while "over" not in screen.take():
            pass
        said = screen.ask(do="hand", up=True)
        assert said["words"] == "The class has ended."


def test_while_the_database_is_away_a_request_may_come_again(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    fox = lesson.seat()

    def away(*_: object) -> None:
        raise ClassError(ClassReason.AWAY)

    with lesson.sitting(fox) as screen:
        with monkeypatch.context() as patch:
            patch.setattr(database_module.Database, "change", away)
            assert screen.ask(do="hand", up=True)["again"]
        assert screen.ask(do="hand", up=True) == {"done": 2}
        screen.until(lambda parts: parts["me"]["hand"])


def test_each_screen_is_told_in_its_own_language(lesson: Lesson) -> None:
    fox, owl, teacher = lesson.seat(), lesson.seat(), lesson.seat(Role.TEACHER)
    owl.language = teacher.language = PSEUDO
    assert fox.one is not None
    tile = f"tile {fox.one.student_id}"
    fox.page = "draw"
    with (
        lesson.sitting(fox) as one,
        lesson.sitting(owl) as two,
        lesson.sitting(teacher) as board,
    ):
        one.until(lambda parts: parts["me"]["name"] == name_words(fox.one.name))
        board.until(lambda parts: parts.get(tile, {}).get("page"))
        with speaking(PSEUDO):
            assert board.parts[tile]["name"] == name_words(fox.one.name)
            assert board.parts[tile]["page"] == ENTRIES["draw"].title
            closed = class_words(ClassReason.CLOSED)
        assert board.parts[tile]["name"] != one.parts["me"]["name"]
        request = {"do": "digit", "number": 0, "digit": 0, "ink": ink_of(3)}
        assert two.ask(**request)["words"] == closed
        assert one.ask(**request)["words"] == "No answers are taken now."


def test_the_app_s_questions_are_asked_in_the_language_of_each_screen(lesson: Lesson) -> None:
    here, class_id, ready = lesson.database, lesson.opened.class_id, LESSON_QUESTIONS["filters"]
    with speaking("zh_Hans"):
        text, options = say(ready.text), [say(each) for each in ready.options]
    assert text != ready.text
    fox, board = lesson.seat(), lesson.seat(Role.TEACHER)
    board.language = "zh_Hans"
    with lesson.sitting(fox) as one, lesson.sitting(board) as two:
        ask_class(here, class_id, ready.text, ready.options, ready.right, of_app=True)
        one.until(lambda parts: parts.get("question"))
        two.until(lambda parts: parts.get("question"))
        assert one.parts["question"]["text"] == ready.text
        assert (two.parts["question"]["text"], two.parts["question"]["options"]) == (text, options)
        fox.language = "zh_Hans"  # its person has chosen
        one.until(lambda parts: parts["question"]["text"] == text)
        ask_class(here, class_id, ready.text, ready.options, ready.right)  # typed by a teacher
        for screen in (one, two):
            screen.until(lambda parts: parts["question"]["text"] == ready.text)
            assert screen.parts["question"]["options"] == [*ready.options]


def test_screens_hear_that_the_class_has_another_language(lesson: Lesson) -> None:
    fox, projector = lesson.seat(), lesson.seat(Role.SCREEN)
    with lesson.sitting(fox) as one, lesson.sitting(projector) as two:
        for screen in (one, two):
            screen.until(lambda parts: parts["class"]["language"] == "")
        speak_in_class(lesson.database, lesson.opened.class_id, "zh_Hans")
        for screen in (one, two):
            screen.until(lambda parts: parts["class"]["language"] == "zh_Hans")


def test_a_league_is_on_the_projector_and_on_no_other_screen(lesson: Lesson) -> None:
    here, class_id = lesson.database, lesson.opened.class_id
    bring(here, class_id, mnist.embedded().test.take(np.arange(0, 500, 5)), [False] * 100)
    begin_league(here, class_id, written_digits(here, class_id), 30_000, 30)
    league = league_of(here, class_id)
    assert league is not None
    ten = [join(here, lesson.opened.code) for _ in range(10)]
    for place, one in enumerate(ten):
        entry = Entry(20 - place, 9_000, 12.5, 4)
        hand_network_in(here, class_id, one.student_id, league.id, entry)
    fox, teacher = lesson.seat(), lesson.seat(Role.TEACHER)
    with (
        lesson.sitting(lesson.seat(Role.SCREEN)) as projector,
        lesson.sitting(teacher) as board,
        lesson.sitting(fox) as mine,
    ):
        projector.until(lambda parts: "league" in parts)
        end_league(here, class_id)
        show_league(here, class_id, True)
        projector.until(lambda parts: parts["league"])
        shown = projector.parts["league"]
        assert (shown["test"], len(shown["rows"]), shown["more"]) == (20, 8, 2)
        assert shown["rows"][1] == {
            "place": 2,
            "name": name_words(ten[1].name),
            "colour": ten[1].name.colour,
            "right": 19,
            "share": "95.0%",
        }
        assert ten[1].student_id not in json.dumps(projector.messages)
        eyes_front(here, class_id, True)
        for screen in (board, mine):
            screen.until(lambda parts: parts["class"]["front"])
            assert "league" not in screen.parts
        show_league(here, class_id, False)
        projector.until(lambda parts: parts["league"] is None)


# ---- what is refused ----


@pytest.mark.parametrize(
    "first", ["{}", '{"token": "made up"}', '{"token": 3}', "no JSON", b"\1\2", "[" * 999]
)
def test_who_brings_no_token_of_a_seat_is_sent_away(lesson: Lesson, first: str | bytes) -> None:
    with connect(lesson.url) as socket:
        socket.send(first)
        assert closed_with(socket) == 4401


def test_codes_and_keys_are_no_tokens(lesson: Lesson) -> None:
    fox = lesson.seat()
    assert fox.one is not None
    for guess in (
        *(lesson.opened.code, lesson.opened.class_id, lesson.opened.teacher_key),
        *(fox.one.student_id, fox.one.own_code),
    ):
        with sitting(lesson.url, guess) as socket:
            assert closed_with(socket) == 4401


def test_the_token_of_a_session_that_has_ended_is_worth_nothing(lesson: Lesson) -> None:
    token = lesson.seat().token
    lesson.seats.clear()
    gc.collect()
    with sitting(lesson.url, token) as socket:
        assert closed_with(socket) == 4401


def test_a_page_of_another_origin_is_refused(lesson: Lesson) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(lesson.url, origin="http://evil.example"),  # type: ignore[call-overload]
    ):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("role", [Role.TEACHER, Role.SCREEN])
def test_who_only_looks_on_sends_nothing(lesson: Lesson, role: Role) -> None:
    with lesson.sitting(lesson.seat(role)) as screen:
        screen.socket.send('{"do": "hand", "up": true, "n": 1}')
        assert screen.closed_with() == 4400


@pytest.mark.parametrize(
    "frame",
    [
        *(b"", b"\1\2\3", "", "null", "[]", "3", '{"do": "hand"}', '{"do": ["hand"], "n": 1}'),
        '{"do": "hand", "up": 1, "n": 1}',
        '{"do": "hand", "up": true, "n": -1}',
        '{"do": "end", "n": 1}',
        '{"do": "reveal", "question": "x", "n": 1}',
        '{"do": "answer", "question": 3, "round": 1, "choice": 0, "n": 1}',
        '{"do": "answer", "question": "x", "round": true, "choice": 0, "n": 1}',
        '{"do": "answer", "question": "x", "round": 1, "choice": 10, "n": 1}',
        '{"do": "answer", "question": "xxxxxxxxxxxxxxxxx", "round": 1, "choice": 0, "n": 1}',
        r'{"do": "answer", "question": "a\u0000b", "round": 1, "choice": 0, "n": 1}',
        r'{"do": "answer", "question": "a\ud800b", "round": 1, "choice": 0, "n": 1}',
    ],
)
def test_a_malformed_request_ends_the_connection(lesson: Lesson, frame: str | bytes) -> None:
    with lesson.sitting(lesson.seat()) as screen:
        screen.socket.send(frame)
        assert screen.closed_with() == 4400


def test_a_message_that_is_too_large_ends_the_connection(lesson: Lesson) -> None:
    with lesson.sitting(lesson.seat()) as screen:
        screen.socket.send("x" * (LARGEST + 1))
        assert screen.closed_with() == 1009


def test_more_requests_than_a_person_makes_end_the_connection(lesson: Lesson) -> None:
    with lesson.sitting(lesson.seat()) as screen:
        with suppress(ConnectionClosed):
            for n in range(1000):
                screen.socket.send(json.dumps({"do": "hand", "up": bool(n % 2), "n": n}))
        assert screen.closed_with() == 4400


def test_other_connections_of_a_seat_are_no_way_to_send_more(lesson: Lesson) -> None:
    fox = lesson.seat()
    fox.traffic = Traffic(4, 3600.0)  # however slow this machine is
    with lesson.sitting(fox) as one, lesson.sitting(fox) as two:
        for screen in (one, two, one, two):
            assert "done" in screen.ask(do="hand", up=True)
        one.socket.send(json.dumps({"do": "hand", "up": True, "n": 1}))
        assert one.closed_with() == 4400


def test_of_too_many_connections_of_a_seat_the_oldest_ends(lesson: Lesson) -> None:
    fox = lesson.seat()
    with ExitStack() as stack:
        screens = []
        for _ in range(CONNECTIONS + 2):
            screens.append(stack.enter_context(lesson.sitting(fox)))
            assert "done" in screens[-1].ask(do="hand", up=True)
        assert [screen.closed_with() for screen in screens[:2]] == [TOO_MANY, TOO_MANY]
        for screen in screens[2:]:
            assert "done" in screen.ask(do="hand", up=False)


def test_a_request_says_for_nobody_else_whatever_it_names(lesson: Lesson) -> None:
    """Ids of others are in no request; one that is written into it changes nothing of theirs."""
    fox, owl = lesson.seat(), lesson.seat()
    other = open_class(lesson.database)
    stranger = join(lesson.database, other.code)
    theirs = ask_class(lesson.database, other.class_id, "Theirs?", ["a", "b"], 0)
    assert fox.one is not None
    assert owl.one is not None
    for class_id in (lesson.opened.class_id, other.class_id):
        ask_for_digits(lesson.database, class_id, True)
    with lesson.sitting(fox) as screen:
        for number, (student, class_id) in enumerate(
            (
                (owl.one.student_id, lesson.opened.class_id),
                (stranger.student_id, other.class_id),
            )
        ):
            named = {"student": student, "student_id": student, "class_id": class_id}
            assert "done" in screen.ask(do="hand", up=True, **named)
            said = screen.ask(do="answer", question=theirs, round=1, choice=0, **named)
            assert said["words"].startswith("This does not belong to you")
            digit = {"number": number, "digit": number, "ink": ink_of(3)}
            assert "done" in screen.ask(do="digit", **digit, **named)
    written = written_digits(lesson.database, lesson.opened.class_id)
    assert [each.student_id for each in written] == [fox.one.student_id] * 2
    assert written_digits(lesson.database, other.class_id) == []
    for class_id in (lesson.opened.class_id, other.class_id):
        view = view_class(lesson.database, class_id)
        assert view is not None
        hands = {each.id for each in view.students if each.hand}
        assert hands <= {fox.one.student_id}
        assert view.question is None or view.question.counts[0] == (0, 0)


def test_ten_thousand_random_messages_are_taken_or_refused() -> None:
    chance = random.Random(5)
    good = [
        '{"do": "hand", "up": true, "n": 3}',
        '{"do": "answer", "question": "0123456789abcdef", "round": 1, "choice": 2, "n": 4}',
    ]
    refused = 0
    for number in range(10_000):
        text = list(chance.choice(good)) if number % 2 else [""] * 30
        for _ in range(chance.randrange(1, 4) if number % 2 else 30):
            text[chance.randrange(len(text))] = chr(chance.choice([*range(32, 127), 0, 955, 55357]))
        try:
            request_of("".join(text))
        except MalformedError:
            refused += 1
    assert 5_000 < refused < 10_000


def test_whatever_a_student_sends_changes_nothing_of_others(
    lesson: Lesson, caplog: pytest.LogCaptureFixture
) -> None:
    """Over real connections, with the class's own question, and digits that are asked for."""
    here, class_id, chance = lesson.database, lesson.opened.class_id, np.random.default_rng(6)
    fox, owl = lesson.seat(), lesson.seat()
    assert fox.one is not None
    assert owl.one is not None
    asked = ask_class(here, class_id, "Which?", ["a", "b", "c", "d"], 0)
    ask_for_digits(here, class_id, True)
    good = (
        {"do": "hand", "up": True, "n": 1},
        {"do": "answer", "question": asked, "round": 1, "choice": 2, "n": 2},
        {"do": "digit", "number": 0, "digit": 0, "ink": ink_of(3), "n": 3},
    )
    with lesson.sitting(owl) as other:
        assert "done" in other.ask(do="answer", question=asked, round=1, choice=1)
        other.until(lambda parts: parts["question"]["answered"] == 1)
        before = view_class(here, class_id)
        sent = connections = 0
        while sent < JUNK:
            connections += 1
            with suppress(ConnectionClosed), lesson.sitting(fox) as mine:
                for _ in range(20):
                    sent += 1
                    said = junk_message(good[chance.integers(3)], chance)
                    mine.socket.send(json.dumps(said)[:LARGEST])
                    assert mine.socket.ping(ack_on_close=True).wait(60)
        assert connections > 1  # the channel closed some
        assert "done" in other.ask(do="hand", up=True)
        other.until(lambda parts: parts["me"]["hand"])
        words = json.dumps(other.messages)
        assert fox.one.student_id not in words
        assert name_words(fox.one.name) not in words
    after = view_class(here, class_id)
    assert before is not None
    assert after is not None
    assert before.question is not None
    assert after.question is not None
    assert after.question.answers[0][owl.one.student_id] == 1
    assert (after.question.text, after.question.stage) == ("Which?", before.question.stage)
    assert [each.name for each in after.students] == [each.name for each in before.students]
    assert (after.front, after.paused, after.prompted) == (False, False, True)
    writers = {each.writer for each in written_digits(here, class_id)}
    assert writers <= {fox.one.name}
    assert not caplog.records


def test_a_digit_is_read_off_the_sheet_and_the_next_one_is_asked_for(lesson: Lesson) -> None:
    here, class_id = lesson.database, lesson.opened.class_id
    fox = lesson.seat()
    with lesson.sitting(fox) as screen:
        screen.until(lambda parts: "me" in parts)
        assert screen.parts["prompt"] is None
        closed = screen.ask(do="digit", number=0, digit=0, ink=ink_of(3))
        assert closed["words"] == "No answers are taken now."
        ask_for_digits(here, class_id, True)
        screen.until(lambda parts: parts["prompt"] == {"digit": 0, "number": 0})
        assert "done" in screen.ask(do="digit", number=0, digit=0, ink=ink_of(3))
        screen.until(lambda parts: parts["prompt"] == {"digit": 1, "number": 1})
        for ink in ("", "no ink", ink_of(3)[:-4]):
            refused = screen.ask(do="digit", number=1, digit=1, ink=ink)
            assert refused["words"].startswith("No digit was found")
    written = written_digits(here, class_id)
    assert len(written) == 1
    digit = mnist.embedded().test.images[3]
    assert np.corrcoef(written[0].pixels.ravel(), digit.ravel())[0, 1] > 0.5
    assert written[0].counts


def test_a_scribble_is_held_back(lesson: Lesson) -> None:
    rng = np.random.default_rng(0)
    noise = (rng.random((84, 84)) > 0.7).astype(np.uint8) * 255
    pairs = bytes(byte for grey in noise.ravel().tolist() for byte in (1, grey))
    _, held = digit_in(base64.b64encode(pairs).decode())
    assert held
    _, held = digit_in(ink_of(0))
    assert not held
