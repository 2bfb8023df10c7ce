"""The letters of saved pictures: Pillow's own are Latin, those of other languages are the system's.

Nothing is fetched. Where the server has no font with the letters of a language, its pictures are
written in English.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

from ui.locale import ENGLISH, language, language_name
from ui.locale.pseudo import PSEUDO

FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    *("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts"),
)
"""Where Linux, macOS and Windows keep their fonts."""
NAMES = (
    *("NotoSansSC", "NotoSansCJK", "SourceHanSans", "PingFang", "msyh", "wqy", "Hiragino Sans GB"),
    *("DroidSansFallback", "simhei", "NotoSans-Regular", "DejaVuSans", "Arial Unicode", "arial"),
)
"""What the files of fonts with many letters begin with, the best first."""
NO_LETTER = "\uffff"
"""Drawn as what stands for a letter that a font has not."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def picture_language() -> str:
    """The language of a picture's words: what is spoken here, or else English."""
    here = language()
    return here if here in (ENGLISH, PSEUDO) or font_file(here) is not None else ENGLISH


@cache
def font(size: int, spoken: str) -> Font:
    """A font with the letters of a language, or Pillow's own."""
    found = None if spoken in (ENGLISH, PSEUDO) else font_file(spoken)
    return ImageFont.load_default(size) if found is None else _opened(*found, size)


@cache
def font_file(spoken: str) -> tuple[Path, int] | None:
    """The first font of this machine that has the letters of a language's own name.

    Returns:
        The file, and the font's number in it; None where there is no such font.
    """
    name = language_name(spoken)
    for file in _files():
        try:
            fonts = [(file, number) for number in _numbers(file) if _has(file, number, name)]
        except OSError:  # no font that can be read
            continue
        if fonts:
            return min(fonts, key=lambda each: not _family(*each).endswith("SC"))
    return None


def _files() -> Iterator[Path]:
    there = [
        file
        for folder in FOLDERS
        for file in sorted(Path(folder).expanduser().rglob("*"))
        if file.suffix.lower() in (".ttf", ".ttc", ".otf")
    ]
    there.sort(key=lambda file: "-" in file.stem and "Regular" not in file.stem)  # bold ones last
    for name in NAMES:
        yield from (file for file in there if file.name.startswith(name))


def _numbers(file: Path) -> Iterator[int]:
    """The numbers of the fonts in a file; of a collection there are several."""
    for number in range(16 if file.suffix.lower() == ".ttc" else 1):
        try:
            _opened(file, number, 16)
        except OSError:
            return
        yield number


def _opened(file: Path, number: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size, index=number)


def _family(file: Path, number: int) -> str:
    return _opened(file, number, 16).getname()[0] or ""


def _has(file: Path, number: int, text: str) -> bool:
    opened = _opened(file, number, 32)

    def drawn(letter: str) -> tuple[tuple[int, int], bytes]:
        mask = opened.getmask(letter)
        return mask.size, bytes(mask)

    missing = drawn(NO_LETTER)
    return all(drawn(letter) != missing for letter in text if letter.strip())
