"""What the worker makes of what waits together: whole messages, one for each request."""

from dataclasses import replace

import numpy as np
import pytest

from model.evaluation.pen_message import MessageKind, message, quantised
from model.evaluation.pen_reading import read_batch
from model.evaluation.pen_request import (
    GivenDigit,
    Ink,
    PathQuestion,
    PenRequest,
    Question,
    SumQuestion,
    WhyQuestion,
    is_sheet,
)
from model.evaluation.reading import read_digit, read_ink
from model.evaluation.verdict import rules_for
from model.interpretability.ablation import Ablation, changed_network
from model.interpretability.contributions import Unit
from model.network import LayerKind, Network, NetworkConfig
from model.network.activations import forward_pass
from model.network.shipped import shipped
from tests.networks import random_network
from tests.pen_messages import EMPTY, Message, digit_sheet, opened, packed, two_digits


def asked(
    content: Ink | GivenDigit | Question, network: Network | None = None, n: int = 1
) -> PenRequest:
    return PenRequest(n, network or shipped(), "the network", None, None, False, content)


def read(content: Ink | GivenDigit, network: Network | None = None) -> Message:
    (answer,) = read_batch([asked(content, network)])
    return opened(answer.message)


def test_a_reading_says_what_the_draw_page_says() -> None:
    sheet = digit_sheet(3)
    said = read(Ink(packed(sheet), finished=True))
    expected = read_ink(shipped(), sheet.astype(np.float32) / 255)
    verdict = expected.verdicts[0]
    assert said.kind is MessageKind.READING
    assert said.header["digit"] == verdict.digit
    assert said.header["judgement"] == verdict.judgement.name.lower()
    assert said.header["probabilities"] == pytest.approx(expected.probabilities[0], abs=1e-6)
    assert said.header["rules"]["sure"] == rules_for(shipped()).sure
    assert said.header["network"]["fingerprint"] == shipped().fingerprint
    assert expected.inside is not None
    for output in expected.inside.layers:
        if output.layer.has_maps:
            values = said.arrays[output.layer.name].transpose(1, 2, 0)
            top = next(
                each["top"] for each in said.header["layers"] if each["name"] == output.layer.name
            )
            assert np.abs(values / 255 * top - output.after).max() <= 0.501 * top / 255
        elif output.layer.kind is LayerKind.DENSE:
            np.testing.assert_allclose(said.arrays[output.layer.name], output.after, atol=1e-4)


@pytest.mark.parametrize("lowest", [0.0, -0.3, -5.0])
def test_a_byte_is_at_most_half_a_step_from_its_value(lowest: float) -> None:
    values = np.random.default_rng(1).uniform(lowest, 2, (26, 26, 32)).astype(np.float32)
    values[0, 0, 0] = lowest
    small, top, signed = quantised(values)
    assert top == pytest.approx(np.abs(values).max())
    assert signed == (lowest < 0)
    back = (small.astype(float) - 128) / 127 if signed else small / 255
    step = top / (127 if signed else 255)
    assert np.abs(back * top - values).max() <= 0.501 * step


def test_nothing_but_zeros_stays_zero() -> None:
    small, top, signed = quantised(np.zeros((2, 3), np.float32))
    assert not small.any()
    assert (top, signed) == (0, False)


def test_each_of_a_batch_gets_its_own_answer_from_its_own_network() -> None:
    other = random_network(NetworkConfig(filters=(4,), dense_units=7, dropout=0.3), 5)
    requests = [
        asked(Ink(packed(digit_sheet(place)), finished=place % 2 == 0), network, place)
        for place, network in enumerate([shipped(), other, shipped(), other, shipped()])
    ]
    requests.insert(2, asked(Ink(packed(EMPTY), finished=True), other, 9))
    together = [opened(answer.message) for answer in read_batch(requests)]
    for request, said in zip(requests, together, strict=True):
        alone = opened(read_batch([request])[0].message)
        assert said.header["n"] == request.n
        assert said.header["digit"] == alone.header["digit"]
        assert said.header["network"] == alone.header["network"]
        assert said.arrays.keys() == alone.arrays.keys()
        for name, values in alone.arrays.items():
            np.testing.assert_allclose(said.arrays[name], values, atol=1)
    assert together[2].header["digit"] is None


def test_an_empty_sheet_is_answered_without_a_digit() -> None:
    (answer,) = read_batch([asked(Ink(packed(EMPTY), finished=True))])
    said = opened(answer.message)
    assert answer.digit is None
    assert (said.header["digit"], said.header["problem"]) == (None, "blank")
    assert said.header["arrays"] == []


def test_a_given_digit_is_read_as_it_is() -> None:
    digit = np.random.default_rng(3).random((28, 28), np.float32)
    (answer,) = read_batch([asked(GivenDigit(digit.tobytes()))])
    expected = read_digit(shipped(), digit)
    said = opened(answer.message)
    assert answer.digit == digit.tobytes()
    assert said.header["digit"] == expected.verdicts[0].digit
    np.testing.assert_array_equal(said.arrays["input"], np.rint(digit * 255))


def test_several_digits_are_one_while_the_pen_is_down_and_a_number_when_it_is_up() -> None:
    sheet = packed(two_digits())
    (answer,) = read_batch([asked(Ink(sheet, finished=True))])
    up, down = opened(answer.message), read(Ink(sheet, finished=False))
    assert len(up.header["boxes"]) == answer.count == 2
    assert len(up.header["number"].replace("?", "")) == 2
    assert up.header["each"][up.header["followed"]] == up.header["digit"]
    assert len(up.header["each"]) == 2
    assert down.header["each"] == []
    assert len(down.header["boxes"]) == 1
    assert down.header["number"] == ""


def test_what_cannot_be_a_digit_is_a_problem_only_when_the_pen_is_up() -> None:
    sheet = EMPTY.copy()
    sheet[40, 40] = 255
    assert read(Ink(packed(sheet), finished=True)).header["problem"] == "no strokes"
    assert read(Ink(packed(sheet), finished=False)).header["problem"] in (None, "blank")


def test_nobody_judges_how_sure_a_network_is_that_learns() -> None:
    content = Ink(packed(digit_sheet(0)), finished=True)
    request = PenRequest(1, shipped(), "Run 1", 2, 40, True, content)
    said = opened(read_batch([request])[0].message).header
    assert said["rules"] is None
    assert said["judgement"] is None
    assert said["network"] == {
        "fingerprint": shipped().fingerprint,
        "title": "Run 1",
        "epoch": 2,
        "batch": 40,
        "off": [],
    }


def test_a_filter_that_is_off_is_silent_and_what_the_whole_network_says_stands_beside() -> None:
    sheet = Ink(packed(digit_sheet(3)), finished=True)
    off = (("conv1", 5), ("conv3", 999), ("dense", 1))  # the last two are no filters of it
    whole, (answer,) = read(sheet), read_batch([replace(asked(sheet), off=off)])
    changed = opened(answer.message)
    expected = changed_network(shipped(), Ablation(off[:1]))
    digit = np.frombuffer(answer.digit or b"", np.float32).reshape(28, 28)
    np.testing.assert_allclose(
        changed.header["probabilities"], forward_pass(expected, digit).probabilities, atol=1e-5
    )
    assert not changed.arrays["conv1"][5].any()
    assert not changed.arrays["pool1"][5].any()
    assert changed.header["network"]["off"] == [list(each) for each in off]
    assert changed.header["whole"]["probabilities"] == pytest.approx(
        whole.header["probabilities"], abs=1e-6
    )
    assert changed.header["rules"] is None  # nobody has measured when this one is sure
    assert whole.header["whole"] is None


def test_questions_are_about_the_network_without_what_is_off() -> None:
    (answer,) = read_batch([asked(Ink(packed(digit_sheet(3)), finished=True))])
    assert answer.digit is not None
    question = SumQuestion(answer.digit, Unit("conv1", 5, 10, 10))
    (told,) = read_batch([replace(asked(question), off=(("conv1", 5),))])
    header = opened(told.message).header
    assert (header["value"], header["bias"]) == (0, 0)


def test_a_sheet_has_all_its_cells() -> None:
    whole = packed(digit_sheet(1))
    assert is_sheet(whole)
    assert not is_sheet(whole[:-2])
    assert not is_sheet(whole[:-1])
    assert not is_sheet(whole + b"\1\0")
    with pytest.raises(ValueError, match="84"):
        read_batch([asked(Ink(whole[:-2], finished=True))])


def test_a_finished_reading_has_the_path_of_its_answer() -> None:
    sheet = packed(digit_sheet(2))
    said = read(Ink(sheet, finished=True)).header
    assert said["path"]["output"] == said["digit"]
    assert said["path"]["levels"][-1]["layer"] == "input"
    assert read(Ink(sheet, finished=False)).header["path"] is None


def told(question: Question) -> Message:
    (answer,) = read_batch([asked(question)])
    return opened(answer.message)


DIGIT = (digit_sheet(1)[::3, ::3].astype(np.float32) / 255).tobytes()


def test_a_question_is_answered_beside_readings() -> None:
    requests = [
        asked(Ink(packed(digit_sheet(1)), finished=False), n=1),
        asked(PathQuestion(DIGIT, 3), n=2),
        asked(WhyQuestion(DIGIT, Unit("pool1", 2, 3, 4)), n=3),
    ]
    reading, path, why = (opened(answer.message) for answer in read_batch(requests))
    assert reading.kind is MessageKind.READING
    assert [path.kind, why.kind] == [MessageKind.ANSWER] * 2
    assert [each.header["n"] for each in (reading, path, why)] == [1, 2, 3]
    assert path.header["output"] == 3
    assert why.header["unit"] == {"layer": "pool1", "channel": 2, "row": 3, "column": 4}


def test_why_names_the_largest_inputs_and_what_is_left() -> None:
    said = told(WhyQuestion(DIGIT, Unit("dense", 5))).header
    assert len(said["inputs"]) == 9
    assert set(said["inputs"][0]) == {
        "layer",
        "channel",
        "row",
        "column",
        "input",
        "weight",
        "product",
    }
    total = said["bias"] + sum(each["product"] for each in said["inputs"]) + said["rest"]
    assert total == pytest.approx(said["before"])


@pytest.mark.parametrize(
    ("unit", "shapes"),
    [
        (
            Unit("conv2", 5, 3, 4),
            {"inputs": (32, 3, 3), "channel_sums": (32,), "below": (32, 13, 13)},
        ),
        (Unit("conv1", 5, 3, 4), {"products": (1, 3, 3), "below": (1, 28, 28)}),
        (Unit("pool1", 5, 3, 4), {"inputs": (2, 2), "below": (32, 26, 26)}),
        (Unit("dense", 5), {"inputs": (576,), "kernels": (576,), "products": (576,)}),
        (Unit("output", 5), {"inputs": (64,), "products": (64,)}),
        (Unit("flatten", 100), {"inputs": (1,), "products": (1,)}),
    ],
)
def test_a_sum_is_whole(unit: Unit, shapes: dict[str, tuple[int, ...]]) -> None:
    said = told(SumQuestion(DIGIT, unit))
    header, arrays = said.header, said.arrays
    assert {name: arrays[name].shape for name in shapes} == shapes
    assert header["value"] == pytest.approx(header["keras"], rel=1e-4, abs=1e-6)
    if "products" in arrays:
        np.testing.assert_array_equal(arrays["products"], arrays["inputs"] * arrays["kernels"])
        assert arrays["products"].sum() + header["bias"] == pytest.approx(
            header["before"], abs=1e-4
        )
    if unit.layer == "pool1":
        row, column = header["winner"]
        assert arrays["inputs"][row, column] == arrays["inputs"].max() == header["value"]
    if unit.layer == "output":
        assert header["probabilities"][5] == pytest.approx(header["value"])
        assert header["logits"][5] == header["before"]


def test_a_unit_that_is_not_there_is_a_problem_and_no_fault() -> None:
    said = told(SumQuestion(DIGIT, Unit("conv9", 1, 1, 1)))
    assert said.header["problem"] == "no such unit"


def test_what_is_no_finite_number_is_null_in_a_message() -> None:
    header = {"sure": float("inf"), "loss": [1.5, float("nan")], "word": "nan", "none": None}
    said = opened(message(MessageKind.ANSWER, header, {})).header
    assert said == {"sure": None, "loss": [1.5, None], "word": "nan", "none": None, "arrays": []}
