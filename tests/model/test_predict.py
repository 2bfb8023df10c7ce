"""The command line's answers: one line of JSON a file, a sentence where there is no digit."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model import predict


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    image = Image.new("L", (120, 120), 235)
    ImageDraw.Draw(image).line([(62, 15), (58, 105)], fill=30, width=8)
    image.save(tmp_path / "one.png")
    (tmp_path / "below").mkdir()
    wide = Image.new("L", (240, 120), 235)
    wide.paste(image.resize((60, 60)), (10, 30))
    wide.paste(image, (110, 0))
    wide.save(tmp_path / "below" / "eleven.jpg")
    Image.new("L", (80, 80), 200).save(tmp_path / "blank.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "labels.csv").write_text("file,label\n")
    (tmp_path / ".hidden.png").write_bytes(b"")
    return tmp_path


def test_folders_give_their_pictures_and_files_themselves(folder: Path) -> None:
    names = [file.name for file in predict.picture_files([folder, folder / "labels.csv"])]
    assert names == ["eleven.jpg", "blank.png", "broken.png", "one.png", "labels.csv"]


def test_one_line_of_json_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict.main([str(folder), str(folder / "missing.png")]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {Path(line["file"]).name: line for line in lines}
    assert set(found) == {"eleven.jpg", "blank.png", "broken.png", "one.png", "missing.png"}
    for name in ("blank.png", "broken.png", "missing.png"):
        assert found[name]["digit"] is None
        assert found[name]["probabilities"] is None
        assert found[name]["judgement"] is None
        assert found[name]["error"].endswith(".")
    assert found["one.png"]["digit"] == 1
    assert found["one.png"]["error"] is None
    assert np.isclose(sum(found["one.png"]["probabilities"]), 1, atol=1e-4)
    assert found["one.png"]["judgement"] == "sure"
    assert found["eleven.jpg"]["digits"] == [1, 1]


def test_what_is_no_digit_is_strange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = Image.new("L", (120, 120), 235)
    for ends in ((20, 20, 100, 100), (20, 100, 100, 20), (60, 10, 60, 110), (10, 60, 110, 60)):
        ImageDraw.Draw(image).line(ends, fill=30, width=8)
    image.save(tmp_path / "star.png")
    assert predict.main([str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["judgement"] == "strange"
