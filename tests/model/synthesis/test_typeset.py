import importlib.util

from model.synthesis import typeset


def test_without_matplotlib_there_is_still_a_font(monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    typeset.fonts.cache_clear()
    assert typeset.fonts() == (None,)
    assert typeset.printed("K", None).max() == 1
    typeset.fonts.cache_clear()


def test_every_font_prints_its_own_seven() -> None:
    inks = [typeset.printed("7", font) for font in typeset.fonts()]
    assert all(ink.max() == 1 for ink in inks)
    assert len({ink.tobytes() for ink in inks}) == len(inks)
