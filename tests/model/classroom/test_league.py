"""A league: the same digits for all, limits that hold, results only at the end."""

import numpy as np
import pytest

from model.classroom.database import Database
from model.classroom.digits.handwriting import bring, written_digits
from model.classroom.digits.league import (
    Entry,
    League,
    begin_league,
    end_league,
    epoch_in_time,
    hand_network_in,
    league_of,
    show_league,
)
from model.classroom.digits.training_sets import MOST_SETS, kept_set, make_set
from model.classroom.lifecycle import Opened, end_class, join, open_class
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.view import view_class
from model.data import mnist
from model.training.trainer import EpochScores, Scores

LIMITS = (30_000, 30)


@pytest.fixture
def opened(database: Database) -> Opened:
    opened = open_class(database)
    digits = mnist.embedded().test.take(np.arange(0, 500, 5))
    bring(database, opened.class_id, digits, [False] * 100)
    begin_league(database, opened.class_id, written_digits(database, opened.class_id), *LIMITS)
    return opened


def now(database: Database, opened: Opened) -> League:
    league = league_of(database, opened.class_id)
    assert league is not None
    return league


def test_the_last_network_of_each_counts_and_equal_ones_share_a_place(
    database: Database, opened: Opened
) -> None:
    league = now(database, opened)
    assert (league.training, league.test, league.ended) == (60, 20, False)
    fox, owl, bee = (join(database, opened.code).student_id for _ in range(3))
    for student, right, parameters in (
        (fox, 20, 9_000),
        (owl, 17, 9_000),
        (bee, 17, 4_000),
        (fox, 15, 9_000),
    ):
        entry = Entry(right, parameters, 12.5, 4)
        hand_network_in(database, opened.class_id, student, league.id, entry)
    end_league(database, opened.class_id)
    ended = now(database, opened)
    assert ended.ended
    assert [(place, student) for place, student, _ in ended.ranking] == [
        (1, bee),
        (1, owl),
        (3, fox),
    ]
    with pytest.raises(ClassError) as caught:
        hand_network_in(database, opened.class_id, fox, league.id, Entry(20, 1, 1.0, 1))
    assert caught.value.reason is ClassReason.CLOSED


def test_nobody_has_more_than_the_others_and_nobody_hands_in_elsewhere(
    database: Database, opened: Opened
) -> None:
    league, fox = now(database, opened), join(database, opened.code)
    for entry in (Entry(1, 30_001, 10.0, 1), Entry(1, 30_000, 30.1, 1)):
        with pytest.raises(ValueError, match="more than"):
            hand_network_in(database, opened.class_id, fox.student_id, league.id, entry)
    other = open_class(database)
    stranger = join(database, other.code)
    for class_id, student in (
        (other.class_id, stranger.student_id),
        (opened.class_id, stranger.student_id),
        (other.class_id, fox.student_id),
    ):
        with pytest.raises(ClassError) as caught:
            hand_network_in(database, class_id, student, league.id, Entry(1, 1, 1.0, 1))
        assert caught.value.reason is ClassReason.NOT_MINE
    assert not now(database, opened).entries


def test_the_projector_shows_it_when_it_has_ended_and_the_teacher_says_so(
    database: Database, opened: Opened
) -> None:
    def projected() -> League | None:
        view = view_class(database, opened.class_id)
        assert view is not None
        return view.league

    fox = join(database, opened.code).student_id
    entry = Entry(17, 9_000, 12.5, 4)
    hand_network_in(database, opened.class_id, fox, now(database, opened).id, entry)
    show_league(database, opened.class_id, True)
    assert projected() is None  # nobody hears before the end
    end_league(database, opened.class_id)
    assert projected() is None
    for _ in range(2):
        show_league(database, opened.class_id, True)
        assert projected() == now(database, opened)
    show_league(database, opened.class_id, False)
    assert projected() is None
    show_league(database, opened.class_id, True)
    begin_league(database, opened.class_id, written_digits(database, opened.class_id), *LIMITS)
    assert projected() is None
    assert not now(database, opened).shown


def test_its_digits_stay_as_long_as_it_does_and_go_with_the_class(
    database: Database, opened: Opened
) -> None:
    league = now(database, opened)
    digits = written_digits(database, opened.class_id)
    for few in range(40, 41 + MOST_SETS):
        make_set(database, opened.class_id, digits[:few])
    assert len(kept_set(database, league.set_id).test) == 20
    begin_league(database, opened.class_id, digits, 10_000, 10)
    assert now(database, opened).id != league.id
    end_class(database, opened.class_id)
    assert league_of(database, opened.class_id) is None


def test_what_counts_is_the_last_network_that_was_there_in_time() -> None:
    history = [EpochScores(n, Scores(1, 0), Scores(1, 0), 4.0) for n in range(1, 7)]
    assert epoch_in_time(history, range(7), 13.0) == (3, 12.0)
    assert epoch_in_time(history, (0, 1, 2, 6), 13.0) == (2, 8.0)
    assert epoch_in_time(history, range(7), 3.0) == (0, 0.0)
    assert epoch_in_time([], (0,), 3.0) == (0, 0.0)
