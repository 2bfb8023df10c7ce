"""Read digits from picture files: `python -m model.predict FILE-or-FOLDER …`.

Prints one JSON object a line: "file", "digit" (null where there is none), "probabilities" of the
ten digits, "error" (a sentence, or null) and "digits": all that were found, in reading order. A
file with several digits reports its largest as "digit". The pictures take the same path as in the
app; one process reads all of them.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.network import Network
from model.preprocessing.image_file import PictureError, open_picture
from model.preprocessing.pipeline import Preprocessed, preprocess

NOT_PICTURES = {".csv", ".json", ".jsonl", ".md", ".npz", ".py", ".txt"}


def picture_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files themselves and, for folders, every file below that may be a picture."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.is_file() and not hidden and file.suffix.lower() not in NOT_PICTURES:
                yield file


def read_file(path: Path) -> Preprocessed:
    """Open and preprocess one file.

    Raises:
        PictureError: when it cannot be opened or is no usable picture.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PictureError("This file cannot be opened. Please check its name.") from error
    return preprocess(open_picture(data))


def answer(path: Path, network: Network) -> dict[str, Any]:
    """Return what is printed for one file."""
    from model.network.forward import probabilities

    nothing: dict[str, Any] = {
        "file": str(path),
        "digit": None,
        "probabilities": None,
        "digits": [],
    }
    try:
        found = read_file(path)
    except PictureError as error:
        return {**nothing, "error": str(error)}
    if found.largest is None:
        return {**nothing, "error": found.problem}
    scores = probabilities(network, np.stack([each.digit for each in found.digits]))
    largest = scores[found.digits.index(found.largest)]
    return {
        "file": str(path),
        "digit": int(largest.argmax()),
        "probabilities": [round(float(value), 6) for value in largest],
        "digits": [int(row.argmax()) for row in scores],
        "error": None,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line of JSON a file; return the exit status: 0 whatever the files hold."""
    parser = argparse.ArgumentParser(prog="python -m model.predict", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE-or-FOLDER")
    parser.add_argument("--weights", type=Path, help="a network saved by the app or by model.train")
    options = parser.parse_args(arguments)
    from model.network.shipped import shipped
    from model.network.weights_file import load_network

    network = load_network(options.weights) if options.weights else shipped()
    for path in picture_files(options.paths):
        print(json.dumps(answer(path, network)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
