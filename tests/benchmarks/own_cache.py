"""A cache folder for one benchmark: its runs are nobody's, and go with it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.data import cache, mnist


@contextmanager
def own_cache() -> Iterator[Path]:
    """Let this process, and those that it starts, keep their files in a folder of their own."""
    mnist.embedded()  # parsing takes 3 s, and is not what is measured
    parsed = (cache.cache_folder() / "mnist_5k.npz").read_bytes()
    before = os.environ.get("DIGITSCOPE_CACHE")
    with tempfile.TemporaryDirectory(prefix="digitscope-bench-") as folder:
        (Path(folder) / "mnist_5k.npz").write_bytes(parsed)
        os.environ["DIGITSCOPE_CACHE"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["DIGITSCOPE_CACHE"]
            else:
                os.environ["DIGITSCOPE_CACHE"] = before
