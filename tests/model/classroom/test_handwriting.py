"""The class's own digits: asked for in turn, read, compared, and taken along as files."""

import io
import zipfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from model.classroom.database import Database
from model.classroom.digits import leave_one_out
from model.classroom.digits.class_scores import Share, class_scores, nearest_writers
from model.classroom.digits.handwriting import (
    as_digits,
    ask_for_digits,
    bring,
    hand_in,
    next_digit,
    take_out,
    written_digits,
)
from model.classroom.digits.handwriting_files import (
    NOBODY,
    as_table,
    from_file,
    from_npz,
    to_npz,
    to_pictures,
)
from model.classroom.digits.leave_one_out import train_without
from model.classroom.lifecycle import Member, Opened, join, open_class
from model.classroom.reasons import ClassError, ClassReason
from model.classroom.view import Prompt, view_class
from model.data import mnist
from model.data.mnist import Digits
from model.files import FileError

PIXELS = np.arange(784, dtype=np.uint16).reshape(28, 28).astype(np.uint8)


@pytest.fixture
def opened(database: Database) -> Opened:
    return open_class(database)


@pytest.fixture
def two(database: Database, opened: Opened) -> tuple[Member, Member]:
    return join(database, opened.code, "fox"), join(database, opened.code, "owl")


def prompt(database: Database, one: Member) -> Prompt | None:
    view = view_class(database, one.class_id)
    assert view is not None
    student = view.student(one.student_id)
    assert student is not None
    return student.prompt


def write(database: Database, one: Member, held: bool = False) -> int:
    """Hand in what is asked for; return which digit that was."""
    asked = prompt(database, one)
    assert asked is not None
    hand_in(database, one.class_id, one.student_id, asked.number, asked.digit, PIXELS, held)
    return asked.digit


def test_the_ten_digits_come_in_turn_and_each_student_begins_with_another() -> None:
    written: Counter[int] = Counter()
    asked = []
    for _ in range(12):
        asked.append(next_digit(3, written))
        written[asked[-1]] += 1
    assert asked == [3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4]
    assert [next_digit(place, Counter()) for place in (0, 9, 10, 13)] == [0, 9, 0, 3]
    assert next_digit(0, Counter({0: 2, 1: 1, 2: 1, 3: 1, 4: 1, 5: 0, 6: 1})) == 5


def test_what_is_held_back_or_taken_out_is_asked_for_again(
    database: Database, opened: Opened, two: tuple[Member, Member]
) -> None:
    fox, owl = two
    assert prompt(database, fox) is None
    ask_for_digits(database, opened.class_id, True)
    assert [write(database, fox) for _ in range(2)] == [0, 1]
    assert write(database, fox, held=True) == 2
    assert prompt(database, fox) == Prompt(2, 3)
    digits = written_digits(database, opened.class_id)
    assert [each.counts for each in digits] == [True, True, False]
    take_out(database, opened.class_id, digits[0].id)
    assert prompt(database, fox) == Prompt(0, 3)
    take_out(database, opened.class_id, digits[0].id)  # back in
    take_out(database, opened.class_id, digits[2].id)  # it was a 2 after all
    assert prompt(database, fox) == Prompt(3, 3)
    first = prompt(database, owl)
    assert first is not None
    assert first.digit in (0, 1)  # both may have come in the same moment
    np.testing.assert_array_equal(digits[0].pixels, PIXELS)
    assert digits[0].writer == fox.name


def test_a_digit_that_arrives_twice_is_one(
    database: Database, opened: Opened, two: tuple[Member, Member]
) -> None:
    ask_for_digits(database, opened.class_id, True)
    fox = two[0]
    for _ in range(3):
        hand_in(database, opened.class_id, fox.student_id, 0, 0, PIXELS, False)
    assert len(written_digits(database, opened.class_id)) == 1


def test_nothing_is_taken_that_was_not_asked_for(
    database: Database, opened: Opened, two: tuple[Member, Member]
) -> None:
    fox, other = two[0], open_class(database)
    here = opened.class_id

    def reason(class_id: str, student: str, number: int = 0) -> ClassReason:
        with pytest.raises(ClassError) as caught:
            hand_in(database, class_id, student, number, 5, PIXELS, False)
        return caught.value.reason

    assert reason(here, fox.student_id) is ClassReason.CLOSED
    ask_for_digits(database, here, True)
    ask_for_digits(database, other.class_id, True)
    assert reason(other.class_id, fox.student_id) is ClassReason.NOT_MINE
    assert reason(here, "nobody") is ClassReason.NOT_MINE
    assert reason(here, fox.student_id, number=100) is ClassReason.CLOSED
    with pytest.raises(ValueError, match="Expected"):
        hand_in(database, here, fox.student_id, 0, 10, PIXELS, False)
    with pytest.raises(ValueError, match="Expected"):
        hand_in(database, here, fox.student_id, 0, 1, PIXELS[:27], False)
    write(database, fox)
    mine = written_digits(database, here)[0]
    with pytest.raises(ClassError):
        take_out(database, other.class_id, mine.id)
    assert written_digits(database, other.class_id) == []


def test_a_file_is_taken_along_and_brought_back_without_names(
    database: Database, opened: Opened, two: tuple[Member, Member]
) -> None:
    ask_for_digits(database, opened.class_id, True)
    for one in (two[0], two[0], two[1]):
        write(database, one)
    written = written_digits(database, opened.class_id)
    content = to_npz(written)
    with np.load(io.BytesIO(content)) as arrays:
        writers = arrays["writers"].tolist()
    assert sorted(Counter(writers).values()) == [1, 2]
    assert set(writers) == {0, 1}
    back = from_npz(content).digits
    np.testing.assert_array_equal(back.images, as_digits(written).images)
    np.testing.assert_array_equal(back.labels, as_digits(written).labels)
    for text in (two[0].name.animal, two[0].student_id, two[0].own_code):
        assert text.encode() not in content
    assert bring(database, opened.class_id, back, [False, True, False]) == 3
    assert bring(database, opened.class_id, back, [False, True, False]) == 0  # the same file again
    brought = written_digits(database, opened.class_id)[3:]
    assert [(each.writer, each.counts) for each in brought] == [
        (None, True),
        (None, False),
        (None, True),
    ]
    with zipfile.ZipFile(io.BytesIO(to_pictures([*written, brought[0]]))) as archive:
        names = archive.namelist()
        assert len(names) == 4
        assert names[3].split("/")[1].startswith("unknown")
        picture = np.asarray(Image.open(io.BytesIO(archive.read(names[0]))))
        np.testing.assert_array_equal(255 - picture, PIXELS)
    heads, rows = as_table([*written, brought[0]])
    assert len(heads) == len(rows[0]) == 786
    assert rows[3][1] is None
    assert NOBODY not in {row[1] for row in rows}


def test_writers_come_back_as_numbers_from_each_kind_of_file(
    database: Database, opened: Opened, two: tuple[Member, Member]
) -> None:
    ask_for_digits(database, opened.class_id, True)
    for one in (two[0], two[1], two[0]):
        write(database, one)
    written = written_digits(database, opened.class_id)
    heads, rows = as_table(written)
    lines: list[list[object]] = [[*heads], *rows]
    table = "\n".join(",".join(map(str, line)) for line in lines).encode()
    files = {"a.npz": to_npz(written), "b.ZIP": to_pictures(written), "c.csv": table}
    same = [each.who == written[0].who for each in written]
    for name, content in files.items():
        back = from_file(name, content)
        np.testing.assert_array_equal(back.digits.images, as_digits(written).images)
        np.testing.assert_array_equal(back.digits.labels, as_digits(written).labels)
        assert [each == back.writers[0] for each in back.writers] == same
    other = open_class(database).class_id
    back = from_file("a.npz", files["a.npz"])
    assert bring(database, other, back.digits, [False] * 3, back.writers) == 3
    turned = Digits(back.digits.images[:, ::-1], back.digits.labels)  # another class's file
    assert bring(database, other, turned, [False] * 3, [7, None, 7]) == 3
    brought = written_digits(database, other)
    first = [each.brought for each in brought[:3]]
    assert [each == first[0] for each in first] == same
    assert set(first) == {0, 1}
    assert [each.brought for each in brought[3:]] == [2, None, 2]
    assert [each.who for each in brought[3:]] == ["brought 2", None, "brought 2"]
    again = from_file("d.npz", to_npz(brought))  # and once more by a file
    assert again.writers[4] is None
    assert len({*again.writers}) == 4


@pytest.mark.parametrize("name", ["digits.npz", "digits.zip", "digits.csv"])
@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 1000, b"\xff\xfe", b"label,writer\n1,2\n"])
def test_what_is_no_file_of_ours_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileError):
        from_file(name, content)


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def png(size: tuple[int, int], mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../3/unknown-0000.png", png((28, 28))),
        ("3/Fox-0000.png", png((28, 28))),
        ("3/unknown-0000.png", png((29, 28))),
        ("3/unknown-0000.png", png((28, 28), "RGB")),
        ("3/unknown-0000.png", b"no picture"),
        ("3/unknown-0000.png", png((28, 28))[:-20]),
        ("3/unknown-0000.png", bytes(20_000)),
    ],
)
def test_an_archive_of_other_pictures_is_refused(name: str, content: bytes) -> None:
    assert len(from_file("a.zip", zipped("3/unknown-0000.png", png((28, 28)))).writers) == 1
    with pytest.raises(FileError):
        from_file("a.zip", zipped(name, content))


@pytest.mark.parametrize("cells", ["10,1", "3,70000", "3,-1", "3,1,256", "3,1,٣", "3,1,1e1"])
def test_a_table_of_other_numbers_is_refused(cells: str) -> None:
    heads = ",".join(as_table([])[0])

    def table(cells: str) -> bytes:
        row = cells.split(",")
        return f"{heads}\n{','.join(row + ['0'] * (786 - len(row)))}\n".encode()

    assert from_file("a.csv", table("3,")).writers == (None,)
    with pytest.raises(FileError):
        from_file("a.csv", table(cells))


def test_a_label_that_is_no_digit_is_refused() -> None:
    file = io.BytesIO()
    np.savez_compressed(
        file,
        images=np.zeros((1, 28, 28), np.uint8),
        labels=np.array([10], np.uint8),
        writers=np.zeros(1, np.uint16),
    )
    with pytest.raises(FileError):
        from_npz(file.getvalue())


def test_scores_of_four_digits_by_hand() -> None:
    # Fox: a 3 read as 3, a 3 read as 5 (surely). Owl: a 5 read as 5, a 0 read as 5 (barely).
    shares = np.zeros((4, 10), np.float32)
    shares[[0, 1, 2, 3], [3, 5, 5, 5]] = [0.9, 0.99, 0.8, 0.6]
    scores = class_scores(shares, np.array([3, 3, 5, 0]), ["fox", "fox", "owl", "owl"])
    assert scores.all == Share(2, 4)
    assert scores.digits[3] == Share(1, 2)
    assert scores.digits[5] == Share(1, 1)
    assert scores.digits[0] == Share(0, 1)
    assert scores.digits[7] == Share(0, 0)
    assert scores.writers == {"fox": Share(1, 2), "owl": Share(1, 2)}
    with pytest.raises(ValueError, match="Expected"):
        class_scores(shares, np.array([3]), ["fox"])


def test_the_nearest_writer_is_found_among_the_same_digits_of_others() -> None:
    # On a line: Fox's 1 at 0 and 2 at 10; Owl's 1 at 1; Bee's 1 at 5 and 2 at 11; Owl's 2 at 30.
    features = np.array([[0], [10], [1], [5], [11], [30]], float)
    labels = np.array([1, 2, 1, 1, 2, 2])
    writers = ["fox", "fox", "owl", "bee", "bee", "owl"]
    found = nearest_writers(features, labels, writers)
    assert found["fox"] in (("owl", 1, 2), ("bee", 1, 2))  # the 1 is Owl's, the 2 is Bee's
    assert found["owl"] in (("fox", 1, 2), ("bee", 1, 2))
    assert found["bee"][1:] == (1, 2)
    assert nearest_writers(features[:2], labels[:2], writers[:2]) == {}


def test_a_network_reads_somebody_whom_it_has_never_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leave_one_out, "BATCHES", 80)
    data = mnist.embedded().training
    digits = data.take(np.arange(300))
    left_out = np.arange(300) >= 240
    found = train_without(digits, left_out)
    assert (found.unseen.count, found.learned.count) == (60, 240)
    assert found.learned.right >= 120  # by chance it would be 24
    assert found.unseen.right >= 25  # by chance it would be six
    with pytest.raises(ValueError, match="Expected"):
        train_without(digits, np.zeros(300, bool))
    with pytest.raises(ValueError, match="Expected"):
        train_without(Digits(digits.images[:25], digits.labels[:25]), left_out[-25:])
