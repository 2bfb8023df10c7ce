"""A digit in an address: short, exact to a grey, and nothing else passes for one."""

import base64
import zlib

import numpy as np
import pytest

from model.data.mnist import embedded
from model.files.digit_text import LONGEST, digit_from_text, digit_to_text


def packed(greys: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(greys) + packer.flush()
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def test_a_digit_comes_back_as_it_was() -> None:
    digits = embedded().test.inputs()[:200]
    texts = [digit_to_text(digit) for digit in digits]
    for digit, text in zip(digits, texts, strict=True):
        np.testing.assert_array_equal(digit_from_text(text), digit)
        assert text.isascii()
        assert text.replace("-", "").replace("_", "").isalnum()
    assert max(map(len, texts)) < 500


def test_noise_is_not_too_long() -> None:
    noise = np.random.default_rng(3).random((28, 28), np.float32)
    text = digit_to_text(noise)
    assert len(text) <= LONGEST
    assert np.abs(digit_from_text(text) - noise).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(
    "text",
    [
        *("", "A", "AAAA", "!!!!", "+/+/", "é" * 8, "A" * (LONGEST + 1)),
        *(packed(bytes(784)), packed(b"\x07" * 783), packed(b"\x07" * 785)),
        packed(b"\x07" * 10_000_000),
        packed(b"\x07" * 784) + "AAAA",
        packed(b"\x07" * 784)[:-4],
        base64.urlsafe_b64encode(zlib.compress(b"\x07" * 784)).decode("ascii"),
    ],
)
def test_what_is_no_digit_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        digit_from_text(text)


def test_whatever_comes_is_a_digit_or_refused() -> None:
    chance = np.random.default_rng(5)
    good = digit_to_text(embedded().test.inputs()[3])
    for _ in range(500):
        letters = list(good)
        for at in chance.integers(0, len(letters), 3):
            letters[at] = chr(chance.integers(32, 126))
        try:
            digit = digit_from_text("".join(letters))
        except ValueError:
            continue
        assert digit.shape == (28, 28)
        assert digit.dtype == np.float32
        assert 0 <= digit.min() <= digit.max() <= 1
