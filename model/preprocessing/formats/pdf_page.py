"""Draws the first page of a PDF, as a scanner's app saves one, in a process of its own.

PDFium, the reader of Chrome, is a million lines of C++, and a small PDF can ask for any amount of
time and memory: so it draws where it can do no harm. This file is also what that process runs; it
imports nothing else of the project, so that it starts fast.
"""

import subprocess
import sys

SIDE = 1600
"""Longer side of the drawn page in pixels; a scan is clearer when it is reduced afterwards."""
SECONDS, MEMORY = 10, 2_000_000_000
"""What the process may use: seconds of processor time, and bytes of address space."""
PATIENCE = 3 * SECONDS
"""Seconds until it is ended in any case: a busy machine gives it less than a processor."""


class PdfError(ValueError):
    """A PDF whose first page cannot be drawn."""


def first_page(content: bytes) -> bytes:
    """Return the first page of a PDF as a PNG, dark on white, no larger than `SIDE`.

    Raises:
        PdfError: it is damaged or locked, or takes too much time or memory.
    """
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=PATIENCE, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PdfError("The first page cannot be drawn.") from error
    return done.stdout


def _limited() -> None:
    """Bound this process, where the system can do that."""
    try:
        import resource
    except ImportError:  # Windows: only time is bounded there, by the caller
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _draw() -> None:
    """Read a PDF from the standard input and write its first page to the standard output."""
    _limited()
    import pypdfium2

    with pypdfium2.PdfDocument(sys.stdin.buffer.read()) as document:
        page = document[0]
        scale = SIDE / max(1.0, *page.get_size())
        page.render(scale=scale).to_pil().convert("RGB").save(
            sys.stdout.buffer, "PNG", compress_level=1
        )


if __name__ == "__main__":
    _draw()
