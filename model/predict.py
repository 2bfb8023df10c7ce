"""Read digits from picture files: `python -m model.predict FILE-or-FOLDER …`.

Prints one JSON object a line: "file", "digit" (null where there is none), "probabilities" of the
ten digits, "judgement" ("sure", "unsure", "strange" where it does not look like a digit, or null),
"error" (a sentence, or null) and "digits": all that were found, in reading order. A file with
several digits reports its largest as "digit". The pictures take the same path as in the
app; one process reads all of them.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from model.evaluation.reading import Reading, read_picture
from model.evaluation.verdict import Judgement
from model.network import Network
from model.preprocessing.image_file import PIXEL_LIMIT, PictureError, PictureProblem
from model.preprocessing.pipeline import Problem

NOT_PICTURES = {".csv", ".json", ".jsonl", ".md", ".npz", ".py", ".txt"}

SENTENCES: dict[Problem | PictureProblem, str] = {
    Problem.BLANK: ("No digit is found: this sheet looks blank. Draw or show a digit from 0 to 9."),
    Problem.NO_STROKES: (
        "No digit is found: there is ink, but no stroke. Draw or show a digit from 0 to 9."
    ),
    PictureProblem.MISSING: "This file cannot be opened. Please check its name.",
    PictureProblem.NOT_READABLE: (
        "This file cannot be read as a picture. "
        "Please use a PNG, JPEG, HEIC, AVIF, WebP, GIF, BMP, TIFF or PDF file."
    ),
    PictureProblem.DAMAGED: (
        "This picture is damaged or incomplete. Please save it again, or take another one."
    ),
    PictureProblem.TOO_LARGE: (
        f"This picture has more than {PIXEL_LIMIT // 1_000_000} million pixels. "
        "Please make it smaller, or cut out the digit."
    ),
}
"""What is printed where there is no digit."""


JUDGEMENTS = {
    Judgement.SURE: "sure",
    Judgement.UNSURE: "unsure",
    Judgement.STRANGE: "strange",
}
"""What is printed of an answer: a file is always finished."""


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


def read_file(path: Path, network: Network) -> Reading:
    """Read one file as the app reads an upload.

    Raises:
        PictureError: when it cannot be opened or is no usable picture.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PictureError(PictureProblem.MISSING) from error
    return read_picture(network, content)


def answer(path: Path, network: Network) -> dict[str, Any]:
    """Return what is printed for one file."""
    nothing: dict[str, Any] = {
        "file": str(path),
        "digit": None,
        "probabilities": None,
        "judgement": None,
        "digits": [],
    }
    try:
        reading = read_file(path, network)
    except PictureError as error:
        return {**nothing, "error": SENTENCES[error.problem]}
    if reading.followed is None:
        problem = reading.prepared.problem if reading.prepared else None
        return {**nothing, "error": None if problem is None else SENTENCES[problem]}
    largest = reading.probabilities[reading.followed]
    return {
        "file": str(path),
        "digit": int(largest.argmax()),
        "probabilities": [round(float(value), 6) for value in largest],
        "judgement": JUDGEMENTS[reading.verdicts[reading.followed].judgement],
        "digits": [int(row.argmax()) for row in reading.probabilities],
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
