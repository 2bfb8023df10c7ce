"""How many digits of real collections are read rightly, a line a group.

    python tests/benchmarks/collections_report.py --photos FOLDER --strokes FILE [--weights FILE]

FOLDER holds pictures and labels.csv (file, label, group); FILE has one JSON object a line:
"label" and "strokes", lists of [x, y] with y down. Strokes are drawn as the canvas draws them.
"""

import argparse
import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[2]))

from model.network.forward import probabilities
from model.network.shipped import shipped
from model.network.weights_file import load_network
from model.predict import picture_files
from model.preprocessing.image_file import open_picture
from model.preprocessing.pipeline import Preprocessed, from_ink, preprocess

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


def items(options: argparse.Namespace) -> Iterator[tuple[str, str, int, Preprocessed, float]]:
    if options.photos:
        with (options.photos / "labels.csv").open() as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
        for path in picture_files([options.photos]):
            row = rows[path.name]
            began = time.process_time()
            found = preprocess(open_picture(path.read_bytes()))
            yield row["group"], path.name, int(row["label"]), found, time.process_time() - began
    if options.strokes:
        for number, line in enumerate(options.strokes.read_text().splitlines(), start=1):
            sample = json.loads(line)
            ink = drawn(sample["strokes"])
            began = time.process_time()
            found = from_ink(ink)
            name = f"line {number}"
            yield "strokes", name, int(sample["label"]), found, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--strokes", type=Path)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    network = load_network(options.weights) if options.weights else shipped()
    groups: dict[str, list[tuple[bool, bool, float]]] = defaultdict(list)
    wrong = []
    for group, name, label, found, seconds in items(options):
        digit = found.largest
        read = None if digit is None else int(probabilities(network, digit.digit[None])[0].argmax())
        groups[group].append((read == label, len(found.digits) == 1, seconds))
        if read != label:
            wrong.append(f"{name}: {label} read as {read}")
    groups["all"] = [result for results in groups.values() for result in results]
    print(f"{'group':24}{'files':>7}{'right':>9}{'one digit':>11}{'CPU ms':>9}")
    for group, results in groups.items():
        right, single, seconds = np.mean(np.array(results, float), axis=0)
        print(f"{group:24}{len(results):7}{right:9.2%}{single:11.2%}{seconds * 1000:9.1f}")
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
