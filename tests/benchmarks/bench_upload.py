"""What a photo of 12 megapixels costs: `python tests/benchmarks/bench_upload.py`.

A JPEG and a PNG of 4032×3024 pixels, as phones take them, go the way of an upload, each in a
process of its own: opened, then every step of preprocessing. Prints the seconds that it takes, and
by how much the memory grew at most.
"""

import io
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import psutil  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from model.preprocessing.image_file import open_picture  # noqa: E402
from model.preprocessing.pipeline import preprocess  # noqa: E402
from tests.benchmarks.timing import say  # noqa: E402

SIZE = (4032, 3024)
LOOK_SECONDS = 0.002


def photo(form: str) -> bytes:
    """A 7 on grainy paper that gets darker to one side."""
    width, height = SIZE
    grain = np.random.default_rng(0).normal(0, 5, (height, width))
    paper = np.clip(np.linspace(215, 130, width) + grain, 0, 255).astype(np.uint8)
    image = Image.fromarray(paper).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.line([(1400, 900), (2500, 900), (1900, 2300)], fill=(40, 40, 60), width=90, joint="curve")
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def one(path: str) -> None:
    """In a process of its own: what the photo takes, once everything is imported."""
    preprocess(np.pad(np.zeros((20, 4, 3), np.uint8), ((20, 20), (20, 20), (0, 0)), mode="edge"))
    data = Path(path).read_bytes()
    memory = psutil.Process().memory_info
    before = memory().rss
    sizes, done = [before], threading.Event()

    def look() -> None:
        while not done.wait(LOOK_SECONDS):
            sizes.append(memory().rss)

    watch = threading.Thread(target=look)
    watch.start()
    began = time.perf_counter()
    found = preprocess(open_picture(data))
    took = time.perf_counter() - began
    done.set()
    watch.join()
    grown = (max(sizes) - before) / 1e6
    print(f"{took:.3f} s   +{grown:.0f} MB   digits found: {len(found.digits)}")


def main() -> None:
    for form in ("JPEG", "PNG"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"photo.{form.lower()}"
            path.write_bytes(photo(form))
            command = [sys.executable, __file__, str(path)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        say(f"12 megapixels, {form}, file to digit", done.stdout.strip(), "0.4 s, 300 MB")


if __name__ == "__main__":
    one(sys.argv[1]) if len(sys.argv) > 1 else main()
