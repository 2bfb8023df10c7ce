"""Fonts of saved pictures: the system's own, where they have the letters of a language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from model.synthesis.typeset import foreign_fonts
from ui.locale import ENGLISH, speaking
from ui.style import fonts
from ui.style.fonts import font, font_file, picture_language


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The one folder of fonts on this machine."""
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    font_file.cache_clear()
    font.cache_clear()
    yield tmp_path
    font_file.cache_clear()
    font.cache_clear()


def drawn(text: str, spoken: str) -> bytes:
    picture = Image.new("L", (60, 60))
    ImageDraw.Draw(picture).text((5, 5), text, 255, font(40, spoken))
    return picture.tobytes()


def test_without_a_font_pictures_are_english(folder: Path) -> None:
    (folder / "wqy-broken.ttc").write_bytes(b"no font")
    with speaking("zh_Hans"):
        assert picture_language() == ENGLISH
    with speaking("en"):
        assert picture_language() == "en"


@pytest.mark.skipif(not foreign_fonts(), reason="needs the fonts that Matplotlib brings along")
def test_a_font_with_the_letters_of_the_language_is_found(folder: Path) -> None:
    letters = foreign_fonts()[0]
    below = folder / "truetype"
    below.mkdir()
    (below / "DejaVuSans.ttf").write_bytes(letters.read_bytes())
    assert font_file("ru") == (below / "DejaVuSans.ttf", 0)
    assert drawn("Ж", "ru") != drawn("Ю", "ru")
    assert drawn("Ж", ENGLISH) == drawn("Ю", ENGLISH)  # Pillow's own font has neither
    with speaking("ru"):
        assert picture_language() == "ru"
    with speaking("zh_Hans"):  # these letters it has not
        assert picture_language() == ENGLISH
