"""How many digits of real collections are read rightly, and of the sure answers wrongly.

    python tests/benchmarks/collections_report.py --photos FOLDER … --strokes FILE [--by kind]

Each FOLDER holds pictures and labels.csv (file, label; also group and kind): what has no label of
one digit is left out. FILE has one JSON object a line: "label" and "strokes", lists of [x, y] with
y down; they are drawn as the canvas draws them. Pictures and ink are read as the app reads them,
and "sure" is what its pages call sure. A line stands for each group, or each kind.
"""

import argparse
import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[2]))

from model.evaluation.reading import Reading, read_ink, read_picture
from model.evaluation.verdict import Judgement
from model.network import Network
from model.network.shipped import shipped
from model.network.weights_file import load_network

SHEET, PEN, FILL, FINER = 84, 0.05, 0.7, 4


def drawn(strokes: list[list[list[float]]]) -> np.ndarray:
    """Draw strokes with a round pen of 5 % of the sheet, filling 70 % of it."""
    side = SHEET * FINER
    points = np.array([point[:2] for stroke in strokes for point in stroke], float)
    low, high = points.min(axis=0), points.max(axis=0)
    factor = side * FILL / max(1e-9, float((high - low).max()))
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    radius = PEN * side / 2
    for stroke in strokes:
        path = (np.array([p[:2] for p in stroke]) - (low + high) / 2) * factor + side / 2
        draw.line([tuple(point) for point in path], fill=255, width=round(2 * radius))
        for x, y in path:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.resize((SHEET, SHEET), Image.Resampling.BOX), np.float32) / 255


@dataclass(frozen=True)
class Item:
    """A digit of a collection, and how it is read."""

    group: str
    name: str
    label: int
    read: Callable[[Network], Reading]


def items(folders: list[Path], strokes: Path | None, by: str = "group") -> Iterator[Item]:
    for folder in folders:
        with (folder / "labels.csv").open() as file:
            rows = [row for row in csv.DictReader(file) if row["label"] in tuple("0123456789")]
        for row in rows:
            content = (folder / row["file"]).read_bytes()
            reads = partial(_read_picture, content)
            yield Item(row.get(by) or folder.name, row["file"], int(row["label"]), reads)
    if strokes:
        for number, line in enumerate(strokes.read_text().splitlines(), start=1):
            sample = json.loads(line)
            reads = partial(_read_ink, drawn(sample["strokes"]))
            yield Item("strokes", f"line {number}", int(sample["label"]), reads)


def _read_picture(content: bytes, network: Network) -> Reading:
    return read_picture(network, content)


def _read_ink(ink: np.ndarray, network: Network) -> Reading:
    return read_ink(network, ink)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--strokes", type=Path, metavar="FILE")
    parser.add_argument("--by", choices=("group", "kind"), default="group")
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    network = load_network(options.weights) if options.weights else shipped()
    groups: dict[str, list[tuple[bool, bool, bool, float]]] = defaultdict(list)
    wrong = []
    for item in items(options.photos, options.strokes, options.by):
        began = time.process_time()
        reading = item.read(network)
        seconds = time.process_time() - began
        place = reading.followed
        digit = None if place is None else int(reading.probabilities[place].argmax())
        sure = place is not None and reading.verdicts[place].judgement is Judgement.SURE
        groups[item.group].append((digit == item.label, len(reading.digits) == 1, sure, seconds))
        if digit != item.label:
            words = "surely " if sure else ""
            wrong.append(f"{item.name}: {item.label} {words}read as {digit}")
    groups["all"] = [result for results in groups.values() for result in results]
    print(
        f"{'group':24}{'files':>7}{'right':>9}{'one digit':>11}{'sure':>9}{'wrong of sure':>15}"
        f"{'CPU ms':>9}"
    )
    for group, results in groups.items():
        right, single, sure, seconds = np.array(results, float).T
        surely_wrong = f"{int((sure * (1 - right)).sum())} of {int(sure.sum())}"
        print(
            f"{group:24}{len(results):7}{right.mean():9.2%}{single.mean():11.2%}{sure.mean():9.2%}"
            f"{surely_wrong:>15}{seconds.mean() * 1000:9.1f}"
        )
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
