"""Opens the pictures that people upload: any file ends as pixels or as a `PictureError`.

Files come from strangers: they may be broken, enormous or made to do harm. Only the formats named
here are tried, the size is checked before a pixel is decoded, and everything that Pillow is known
to raise on broken files becomes a `PictureError`.
"""

import io
import math
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

import numpy as np
from PIL import Image, ImageOps, JpegImagePlugin, TiffImagePlugin

from model.preprocessing.formats.apart import ApartError, limit_this_process, run_apart
from model.preprocessing.formats.pdf_page import PdfError, first_page

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
"""What Pillow reads here; HEIF, the format of an iPhone's HEIC photos, through pillow-heif."""
PIXEL_LIMIT = 25_000_000
"""Larger pictures are refused: 25 megapixels decoded are 100 MB."""
JPEG_LIMIT = 250_000_000
"""A JPEG is decoded at the scale that is needed, so it may have more: phones take 200 megapixels.

`PIXEL_LIMIT` is then asked of what is decoded. But a JPEG that comes in several scans is kept whole
by its decoder, whatever the scale: for it `PIXEL_LIMIT` stays.
"""
MEMORY = 150_000_000
"""Bytes that decoding may take in this process. What takes more is decoded in one of its own."""
BYTES_A_PIXEL = {"WEBP": 17, "AVIF": 21, "HEIF": 21}
"""What the decoders of these formats were seen to take, of 12-bit colours with transparency too.

An iPhone's photo takes 8. All others, but for a TIFF's strips and tiles, keep no more than the
picture itself: 24 megapixels in 130 MB.
"""
SCANS_BYTES_A_PIXEL = 9
"""Likewise of a JPEG in several scans, with four colours at full size."""
WORK = 35_000_000
"""Bytes that are taken beside the decoded picture, whatever its format."""
STRIP_PIXELS = 500_000
"""What is done to all pixels is done to so many at a time: a copy of all takes 100 MB or more."""
WORK_SIDE = 800
"""Longest side, in pixels, that a picture keeps: a digit of a tenth of it still has 80 pixels."""

# What Pillow's readers were seen to raise on broken files, beside OSError.
_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    EOFError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# Once for the process: `warnings.catch_warnings` around each call is not safe between threads.
warnings.simplefilter("error", Image.DecompressionBombWarning)

_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
_BITS, _ROWS, _TILE_WIDTH, _TILE_LENGTH = 258, 278, 322, 323  # tags of a TIFF


class PictureProblem(StrEnum):
    """Why a file cannot be used."""

    MISSING = "the file cannot be opened"
    NOT_READABLE = "no picture of a known format"
    DAMAGED = "damaged or incomplete"
    TOO_LARGE = "more pixels than PIXEL_LIMIT"


class PictureError(ValueError):
    """A file that is no usable picture; `problem` says why."""

    def __init__(self, problem: PictureProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def open_picture(data: bytes) -> np.ndarray:
    """Return the first frame of a picture file, upright, as red, green and blue.

    Args:
        data: the content of a file of one of the `FORMATS`, or of a PDF: its first page. Nothing
            else says what it is: names and MIME types are often wrong.

    Returns:
        (height, width, 3) uint8; transparent parts are white. Pictures whose longest side is
        above `WORK_SIDE` are reduced to it by averaging.

    Raises:
        PictureError: no picture, damaged, or more than `PIXEL_LIMIT` pixels.
    """
    return _picture(data, MEMORY)


def _picture(data: bytes, memory: float) -> np.ndarray:
    """As `open_picture`; what takes more than so many bytes is decoded in a process of its own."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        try:
            data = first_page(data)
        except PdfError as error:
            raise PictureError(PictureProblem.DAMAGED) from error
    try:
        image = _opened(data)
    except _BOMB as error:
        raise PictureError(PictureProblem.TOO_LARGE) from error
    except _BROKEN as error:
        raise PictureError(PictureProblem.NOT_READABLE) from error
    with image:
        try:
            taken = _bytes_taken(image, data)
            if isinstance(image, JpegImagePlugin.JpegImageFile):
                _draft(image, data)
            if image.width * image.height > PIXEL_LIMIT:
                raise PictureError(PictureProblem.TOO_LARGE)
            return _decode(image) if taken <= memory else _decoded_apart(data)
        except PictureError:
            raise
        except _BOMB as error:
            raise PictureError(PictureProblem.TOO_LARGE) from error
        except (*_BROKEN, MemoryError) as error:
            raise PictureError(PictureProblem.DAMAGED) from error


def _bytes_taken(image: Image.Image, data: bytes) -> int:
    """How much memory a decoder takes that keeps more than the picture; 0 of all others."""
    each = BYTES_A_PIXEL.get(image.format or "", 0)
    if isinstance(image, JpegImagePlugin.JpegImageFile) and _in_several_scans(image, data):
        each = SCANS_BYTES_A_PIXEL
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return _bytes_of_tiff(image)
    return each * image.width * image.height


def _bytes_of_tiff(image: TiffImagePlugin.TiffImageFile) -> int:
    """Likewise of a TIFF: beside the picture a whole strip or tile, which may be all of it again.

    Raises:
        LookupError, TypeError: its description is damaged.
    """
    if not image.tile or image.tile[0].codec_name != "libtiff":
        return 0
    said = image.tag_v2
    if _TILE_WIDTH in said:
        pixels = said[_TILE_WIDTH] * said[_TILE_LENGTH]
    else:
        pixels = image.width * min(said.get(_ROWS, image.height), image.height)
    strip = pixels * sum(said.get(_BITS, (1,))) // 8
    each = {"1": 1, "L": 1, "P": 1, "I;16": 2}.get(image.mode, 4)
    return each * image.width * image.height + int(strip) + WORK


def _decoded_apart(data: bytes) -> np.ndarray:
    try:
        answer = run_apart(__spec__.name, data)
        return np.asarray(np.load(io.BytesIO(answer), allow_pickle=False))
    except ApartError as error:
        named = PictureProblem.__members__.get(str(error), PictureProblem.DAMAGED)
        raise PictureError(named) from error


def _decode_for_another() -> None:
    """Read a file from the standard input and write its pixels to the standard output."""
    limit_this_process()
    try:
        pixels = _picture(sys.stdin.buffer.read(), math.inf)
    except PictureError as error:
        sys.exit(sys.stdout.write(error.problem.name))
    np.save(sys.stdout.buffer, pixels)


@cache
def _with_heif() -> None:
    """Teach Pillow to read HEIF; once for the process, and only in one that opens pictures."""
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def _opened(data: bytes) -> Image.Image:
    """Return a picture of which only the header is read yet."""
    stream = io.BytesIO(data)
    if data.startswith(b"\xff\xd8\xff"):
        # Not by `Image.open`: it asks for the number of pixels before the scale can be chosen. The
        # first picture of an MPO, a JPEG with others behind it, is opened as any JPEG.
        return JpegImagePlugin.JpegImageFile(stream)
    _with_heif()
    return Image.open(stream, formats=FORMATS)


def _draft(image: JpegImagePlugin.JpegImageFile, data: bytes) -> None:
    """Let the JPEG decoder leave out detail that would be averaged away afterwards.

    Raises:
        PictureError: it is too large even so.
    """
    pixels = image.width * image.height
    if pixels > (PIXEL_LIMIT if _in_several_scans(image, data) else JPEG_LIMIT):
        raise PictureError(PictureProblem.TOO_LARGE)
    image.draft("RGB" if image.mode in {"RGB", "YCbCr"} else "L", (WORK_SIDE, WORK_SIDE))


def _in_several_scans(image: JpegImagePlugin.JpegImageFile, data: bytes) -> bool:
    """Whether no scan holds all of the picture's detail, or all of its colours."""
    if image.info.get("progressive"):
        return True
    header = b"\xff\xda" + (6 + 2 * image.layers).to_bytes(2, "big") + bytes([image.layers])
    after = image.fp.tell() if image.fp else 0  # Pillow has read the header of the first scan
    start = max(0, after - 8 - 2 * image.layers)
    return not data.startswith(header, start)


def _decode(image: Image.Image) -> np.ndarray:
    image.load()
    orientation = _orientation(image)  # after load(): PNG may carry it behind the pixels
    small = reduced(image)
    return np.array(_upright(_on_white(small), orientation), np.uint8)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 where it is missing or its block is broken."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return 1
    return value if isinstance(value, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture as its EXIF orientation says.

    After it is reduced: a small picture turns faster, and in a copy whose EXIF block holds this
    alone, because Pillow would write a broken block anew.
    """
    bare = image.copy()
    bare.info.clear()
    bare.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(bare)


def _eight_bit(image: Image.Image, white: float | None) -> Image.Image:
    """Bring every pixel format to 8-bit grey, RGB or RGBA; deep greys are scaled, not cut off."""
    if white is not None:
        return _deep_grey(image, white)
    transparent = "transparency" in image.info
    if transparent or image.mode in {"RGBA", "LA", "PA", "La", "RGBa"}:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")


def _whitest(image: Image.Image) -> float | None:
    """What counts as white in a picture of deep greys; None for all others.

    1.0, 8, 12 and 16 bits are what scanners and cameras write; the file does not always say.
    """
    if not _is_deep(image):
        return None
    top = max(float(np.asarray(strip).max()) for strip in _strips(image, 1))
    if not np.isfinite(top):
        raise ValueError("The picture holds values that are not finite numbers.")
    return next((limit for limit in (1.0, 255.0, 4095.0, 65535.0) if top <= limit), top)


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _deep_grey(image: Image.Image, white: float) -> Image.Image:
    values = np.asarray(image)
    clear = image.info.get("transparency")
    scaled = (np.clip(values / np.float32(white), 0, 1) * 255).astype(np.uint8)
    if isinstance(clear, int):
        scaled[values == clear] = 255
    return Image.fromarray(scaled)


def _strips(image: Image.Image, step: int) -> Iterator[Image.Image]:
    """Cut a picture into strips of about `STRIP_PIXELS`, each of a multiple of `step` rows."""
    rows = step * max(1, STRIP_PIXELS // (image.width * step))
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))


def reduced(image: Image.Image) -> Image.Image:
    """Bring a picture to 8 bits and to `WORK_SIDE`, strip by strip.

    What is decoded takes up to 100 MB, and so would each copy of it. It is what `resize` does with
    `reducing_gap=2`: whole pixels are averaged first, and the rest of the way is for few.
    """
    white, longest = _whitest(image), max(image.size)
    if longest <= WORK_SIDE:
        return _eight_bit(image, white)
    width, height = (max(1, round(side * WORK_SIDE / longest)) for side in image.size)
    across, down = int(image.width / width / 2) or 1, int(image.height / height / 2) or 1
    parts = [
        _premultiplied(_eight_bit(strip, white)).reduce((across, down))
        for strip in _strips(image, down)
    ]
    whole = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    box = (0, 0, image.width / across, image.height / down)
    small = whole.resize((width, height), Image.Resampling.BOX, box=box)
    return small.convert("RGBA") if small.mode == "RGBa" else small


def _premultiplied(image: Image.Image) -> Image.Image:
    """So that colours nobody sees have no part in a mean."""
    return image.convert("RGBa") if image.mode == "RGBA" else image


def _only_white(shown: np.ndarray, pixels: np.ndarray) -> bool:
    """Whether a picture shows white alone, on a ground that is mostly transparent."""
    mostly_clear = 0 < len(shown) < 0.5 * pixels.shape[0] * pixels.shape[1]
    return mostly_clear and bool(shown.min() > 230)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        # White strokes on nothing would vanish on white: they were drawn on a dark sheet.
        seen = np.asarray(image)
        light = seen[..., :3][seen[..., 3] > 127]
        paper = Image.new("RGBA", image.size, "black" if _only_white(light, seen) else "white")
        return Image.alpha_composite(paper, image).convert("RGB")
    return image.convert("RGB")


if __name__ == "__main__":
    _decode_for_another()
