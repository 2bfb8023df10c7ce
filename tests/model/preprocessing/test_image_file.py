"""Pictures of every format, broken and enormous ones: a picture or a reason, nothing else."""

import io
import os
import pickle
import random
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile
from pillow_heif import register_heif_opener

from model.preprocessing import image_file
from model.preprocessing.formats import apart
from model.preprocessing.image_file import (
    FORMATS,
    JPEG_LIMIT,
    PIXEL_LIMIT,
    WORK_SIDE,
    PictureError,
    PictureProblem,
    open_picture,
)

register_heif_opener()  # to write it, too

# A small picture whose corners all differ, so that every way of turning it shows.
CORNERS = np.full((12, 20, 3), 255, np.uint8)
CORNERS[:4, :4] = (200, 0, 0)
CORNERS[:4, -4:] = (0, 160, 0)
CORNERS[-4:, :4] = (0, 0, 220)


def encoded(image: Image.Image, format_name: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format_name, **options)
    return stream.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        len(content).to_bytes(4, "big")
        + kind
        + content
        + zlib.crc32(kind + content).to_bytes(4, "big")
    )


def png_claiming(width: int, height: int) -> bytes:
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_gives_the_same_picture(format_name: str) -> None:
    best: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 100, "subsampling": 0},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
        "HEIF": {"quality": 100, "chroma": 444},
    }
    picture = open_picture(
        encoded(Image.fromarray(CORNERS), format_name, **best.get(format_name, {}))
    )
    assert picture.dtype == np.uint8
    assert picture.shape == CORNERS.shape
    # JPEG is lossy; GIF has a palette.
    assert np.abs(picture.astype(int) - CORNERS).mean() < 4


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_s_orientation_is_undone(orientation: int, format_name: str) -> None:
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, 1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    # As bytes: of these HEIF makes the box that turns the picture, as phones do.
    data = encoded(Image.fromarray(CORNERS), format_name, exif=exif.tobytes())
    picture, upright = open_picture(data), undo[orientation](CORNERS)
    assert picture.shape == upright.shape
    # The others are lossy and blur the small corners' colours; turned otherwise it differs by 40.
    assert np.abs(picture.astype(int) - upright).mean() < (1 if format_name == "PNG" else 20)


def test_a_broken_exif_block_does_not_cost_the_picture() -> None:
    data = encoded(Image.fromarray(CORNERS), "PNG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert np.array_equal(open_picture(data), CORNERS)


def test_transparent_is_white() -> None:
    pixels = np.zeros((8, 8, 4), np.uint8)  # black on transparent: all black without a background
    pixels[2:6, 2:6, 3] = 255
    picture = open_picture(encoded(Image.fromarray(pixels, "RGBA"), "PNG"))
    assert (picture[0, 0] == 255).all()
    assert (picture[3, 3] == 0).all()


def test_a_palette_s_transparent_colour_is_white() -> None:
    image = Image.fromarray(np.tile(np.array([0, 1], np.uint8), (4, 4)), "P")
    image.putpalette([0, 0, 0, 50, 60, 70])
    picture = open_picture(encoded(image, "GIF", transparency=0))
    assert (picture[0, 0] == 255).all()
    assert (picture[0, 1] == (50, 60, 70)).all()


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    picture = open_picture(encoded(Image.fromarray(ramp), "PNG"))
    assert np.abs(picture[..., 0].ravel().astype(int) - np.arange(256)).max() <= 1


def test_cmyk_and_black_and_white() -> None:
    cmyk = Image.new("CMYK", (6, 6), (0, 255, 255, 0))
    red = open_picture(encoded(cmyk, "TIFF"))[0, 0]
    assert red[0] > 200
    assert red[1] < 60
    bilevel = Image.new("1", (6, 6), 1)
    assert (open_picture(encoded(bilevel, "PNG")) == 255).all()


@pytest.mark.parametrize("format_name", ["GIF", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_only_the_first_frame_counts(format_name: str) -> None:
    first, second = Image.new("RGB", (32, 32), "white"), Image.new("RGB", (32, 32))
    data = encoded(first, format_name, save_all=True, append_images=[second])
    assert (open_picture(data) > 250).all()


def test_the_first_page_of_a_pdf_is_drawn_upright_on_white() -> None:
    page = Image.fromarray(CORNERS.repeat(20, axis=0).repeat(20, axis=1))
    picture = open_picture(
        encoded(page, "PDF", save_all=True, append_images=[Image.new("L", page.size)])
    )
    assert picture.shape == (480, WORK_SIDE, 3)
    back = np.asarray(Image.fromarray(picture).resize((20, 12), Image.Resampling.BOX), int)
    assert np.abs(back - CORNERS).mean() < 4


def test_a_pdf_without_a_page_that_can_be_drawn_is_damaged() -> None:
    whole = encoded(Image.fromarray(CORNERS), "PDF")
    for data in (whole[: len(whole) // 3], whole.replace(b"/Page", b"/Pine")):
        with pytest.raises(PictureError) as caught:
            open_picture(data)
        assert caught.value.problem is PictureProblem.DAMAGED


def jpeg_claiming(width: int, height: int, *, progressive: bool = False) -> bytes:
    """A JPEG whose header says that it is larger than it is."""
    small = encoded(Image.new("RGB", (64, 64), "white"), "JPEG", progressive=progressive)
    size = (64).to_bytes(2, "big") * 2
    return small.replace(size, height.to_bytes(2, "big") + width.to_bytes(2, "big"), 1)


def test_a_jpeg_s_limit_is_on_what_is_decoded() -> None:
    assert PIXEL_LIMIT < 12_000 * 9_000
    assert open_picture(jpeg_claiming(12_000, 9_000)).shape == (600, WORK_SIDE, 3)


@pytest.mark.parametrize(
    ("size", "progressive"),
    [
        ((12_000, 9_000), True),
        ((20_000, 20_000), False),
        ((65_500, 1_500), False),  # so long that it is not decoded at a smaller scale
    ],
)
def test_a_jpeg_is_refused_before_it_is_decoded(size: tuple[int, int], progressive: bool) -> None:
    assert JPEG_LIMIT < 20_000**2
    with pytest.raises(PictureError) as caught:
        open_picture(jpeg_claiming(*size, progressive=progressive))
    assert caught.value.problem is PictureProblem.TOO_LARGE


def test_colours_in_scans_of_their_own_are_kept_whole_by_the_decoder() -> None:
    """Each component in a scan: what begins with 3 components must not end with 1 in its scan."""
    data = jpeg_claiming(12_000, 9_000)
    start = data.index(b"\xff\xda\x00\x0c\x03")
    apart = data[:start] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + data[start + 14 :]
    with pytest.raises(PictureError) as caught:
        open_picture(apart)
    assert caught.value.problem is PictureProblem.TOO_LARGE


def test_white_strokes_on_nothing_are_laid_on_black() -> None:
    pixels = np.full((40, 40, 4), 255, np.uint8)
    pixels[..., 3] = 0
    pixels[10:30, 18:22, 3] = 255
    picture = open_picture(encoded(Image.fromarray(pixels), "PNG"))
    assert (picture[0, 0] == 0).all()
    assert (picture[20, 20] == 255).all()


def test_large_pictures_are_reduced_and_thin_pictures_keep_a_pixel() -> None:
    assert open_picture(encoded(Image.new("L", (3000, 1500)), "JPEG")).shape == (
        WORK_SIDE // 2,
        WORK_SIDE,
        3,
    )
    assert open_picture(encoded(Image.new("L", (5000, 1)), "PNG")).shape == (1, WORK_SIDE, 3)


@pytest.mark.parametrize("size", [(5001, 5000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_the_pixel_limit_holds_before_decoding(size: tuple[int, int]) -> None:
    assert size[0] * size[1] > PIXEL_LIMIT
    with pytest.raises(PictureError, match="PIXEL_LIMIT") as caught:
        open_picture(png_claiming(*size))
    assert caught.value.problem is PictureProblem.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", PictureProblem.NOT_READABLE),
        (b"not a picture at all", PictureProblem.NOT_READABLE),
        (b"%PDF-1.7 something", PictureProblem.DAMAGED),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", PictureProblem.NOT_READABLE),
        (png_claiming(100, 100), PictureProblem.DAMAGED),
        (encoded(Image.effect_noise((90, 90), 50), "JPEG")[:1500], PictureProblem.DAMAGED),
    ],
)
def test_what_is_no_picture_gets_a_reason(data: bytes, problem: PictureProblem) -> None:
    with pytest.raises(PictureError) as caught:
        open_picture(data)
    assert caught.value.problem is problem
    # A worker sends it to the page's process.
    assert pickle.loads(pickle.dumps(caught.value)).problem is problem


def seeds() -> list[bytes]:
    noise = Image.effect_noise((24, 20), 80)
    palette = noise.quantize(8)
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = Image.fromarray(np.arange(480, dtype=np.uint16).reshape(20, 24) * 130)
    return [
        encoded(noise, "PNG", exif=exif),
        encoded(deep, "PNG"),
        encoded(palette, "PNG", transparency=1),
        encoded(noise.convert("RGBA"), "PNG"),
        encoded(noise.convert("RGB"), "JPEG", exif=exif),
        encoded(noise, "JPEG", progressive=True),
        encoded(noise.convert("CMYK"), "JPEG"),
        encoded(noise.convert("RGBA"), "WEBP"),
        encoded(noise.convert("RGB"), "WEBP", lossless=True),
        encoded(palette, "GIF", save_all=True, append_images=[palette]),
        encoded(noise, "BMP"),
        encoded(palette, "BMP"),
        encoded(noise.convert("RGB"), "TIFF"),
        encoded(deep, "TIFF", compression="tiff_deflate"),
        encoded(noise.convert("1"), "TIFF", compression="group4"),
        encoded(noise.convert("RGB"), "AVIF"),
        encoded(noise.convert("RGB"), "HEIF", exif=exif),
    ]


def mutated(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        # Headers decide most: half of the damage goes to the first bytes.
        end = min(len(broken), 64) if chance.random() < 0.5 else len(broken)
        place = chance.randrange(max(1, end))
        match chance.randrange(5):
            case 0:
                broken[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                broken[place : place + 4] = chance.choice((b"\xff" * 4, b"\x00" * 4, b"\x7f\xff"))
            case 2:
                del broken[place : place + chance.randrange(1, 40)]
            case 3:
                broken[place:place] = chance.randbytes(chance.randrange(1, 20))
            case _:
                del broken[max(8, place) :]
    return bytes(broken)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_ten_thousand_broken_files_end_as_picture_or_reason() -> None:
    chance = random.Random(20)
    originals = seeds()
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    opened = refused = 0
    for number in range(10_000):
        data = mutated(originals[number % len(originals)], chance)
        try:
            picture = open_picture(data)
        except PictureError:
            refused += 1
        else:
            opened += 1
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
            assert picture.shape[2] == 3
            assert max(picture.shape) <= WORK_SIDE
    assert opened > 1000
    assert refused > 1000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit
    assert grown < 300e6


PDFS = 60 if "DIGITSCOPE_JUNK" in os.environ else 30
"""Each is drawn in a process of its own."""


def test_broken_pdfs_end_as_picture_or_reason() -> None:
    chance, whole = random.Random(21), encoded(Image.effect_noise((24, 20), 80), "PDF")
    assert open_picture(whole).shape[2] == 3
    refused = 0
    for _ in range(PDFS):
        try:
            picture = open_picture(mutated(whole, chance))
        except PictureError:
            refused += 1
        else:
            assert picture.shape[2] == 3
            assert max(picture.shape) <= WORK_SIDE
    assert 5 < refused < PDFS


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(2501, 1703), (1203, 2907), (20_003, 7)])
def test_strip_by_strip_is_the_same_as_the_whole_at_once(
    mode: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(3)
    bands = [
        Image.fromarray(chance.integers(0, 256, size[::-1], np.uint8))
        for _ in range(Image.getmodebands(mode))
    ]
    image = Image.merge(mode, bands)
    monkeypatch.setattr(image_file, "STRIP_PIXELS", 30_000)
    longest = max(size)
    width, height = (max(1, round(side * WORK_SIDE / longest)) for side in size)
    whole = image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    np.testing.assert_array_equal(np.asarray(image_file.reduced(image)), np.asarray(whole))


PEAK = """
import sys
from pathlib import Path
from PIL import Image
from model.preprocessing.image_file import open_picture

def high() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])

Image.init()
data = Path(sys.argv[1]).read_bytes()
before = high()
open_picture(data)
print(high() - before)
"""


def peak_of(data: bytes, path: Path) -> int:
    """The most bytes that a process of its own takes to open a picture."""
    path.write_bytes(data)
    command = [sys.executable, "-c", PEAK, str(path)]
    measured = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(measured.stdout) * 1024


SIDE = 4_898
"""Squared, 24 megapixels."""


def tiff_of_one_tile(side: int) -> bytes:
    """A deflated TIFF in 32-bit numbers, all of it in one tile: Pillow writes none."""
    pixels = zlib.compress(bytes(4 * side * side), 1)
    short, long = 3, 4
    tags = (
        *((256, long, side), (257, long, side), (258, short, 32), (259, short, 8)),
        *((262, short, 1), (277, short, 1), (322, long, side), (323, long, side)),
        *((324, long, 8), (325, long, len(pixels)), (339, short, 2)),
    )
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory


def of_24_megapixels(name: str, path: Path) -> None:
    """Save a picture that is small as a file and large in memory."""
    size = (SIDE, SIDE)
    match name:
        case "int32.tiff":
            Image.new("I", size, 9).save(path, compression="tiff_lzw")
        case "one_strip.tiff":
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(TiffImagePlugin, "STRIP_SIZE", 2**31 - 1)
                Image.new("RGBA", size, "red").save(path, compression="tiff_lzw")
        case "one_tile.tiff":
            path.write_bytes(tiff_of_one_tile(SIDE // 16 * 16))
        case "grey16.png":
            Image.new("I;16", size).save(path)
        case "grey_alpha.png":
            Image.new("LA", size).save(path)
        case "picture.webp":
            Image.new("RGB", size, "white").save(path, method=0)
        case "picture.avif":
            Image.new("RGB", size, "white").save(path, speed=10)
        case "picture.heic":
            size = (3_000, 3_000)  # it is slow to write, and also decoded apart
            fast = {"preset": "ultrafast"}
            Image.new("RGB", size, "white").save(path, "HEIF", quality=30, enc_params=fast)
        case _:
            Image.new("CMYK", size).save(path, progressive=True, subsampling=0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of a process as Linux tells it")
@pytest.mark.parametrize(
    "name",
    [
        *("int32.tiff", "one_strip.tiff", "one_tile.tiff"),
        *("grey16.png", "grey_alpha.png", "picture.webp"),
        *("picture.avif", "picture.heic", "scans.jpg"),
    ],
)
def test_a_small_file_with_many_pixels_takes_no_more_than_150_megabytes(
    name: str, tmp_path: Path
) -> None:
    of_24_megapixels(name, tmp_path / name)
    assert peak_of((tmp_path / name).read_bytes(), tmp_path / name) < 150e6


def enormous_jpeg(width: int, height: int) -> bytes:
    """A phone's JPEG, black in the middle third: put together from rows of its blocks.

    A restart marker behind each row makes them independent, so nobody has to draw it as a whole.
    """
    white = Image.new("RGB", (width, 16), "white")
    barred = white.copy()
    barred.paste(0, (width // 3, 0, 2 * width // 3, 16))
    files = [
        encoded(row, "JPEG", subsampling="4:2:0", restart_marker_rows=1) for row in (white, barred)
    ]
    size = files[0].index(b"\xff\xc0") + 5
    begin = files[0].index(b"\xff\xda") + 14  # behind the header of the scan of three colours
    rows = -(-height // 16)
    third = range(rows // 3, 2 * rows // 3)
    data = bytearray(files[0][:begin])
    data[size : size + 2] = height.to_bytes(2, "big")
    for row in range(rows):
        data += files[row in third][begin:-2] + bytes([0xFF, 0xD0 + row % 8])
    return bytes(data[:-2]) + b"\xff\xd9"


@pytest.mark.parametrize("size", [(8_160, 6_120), (12_000, 9_000), (16_320, 12_240)])
def test_an_enormous_jpeg_is_decoded_small_in_little_memory(
    size: tuple[int, int], tmp_path: Path
) -> None:
    """50, 108 and 200 megapixels, as phones take them."""
    data = enormous_jpeg(*size)
    with image_file._opened(data) as image:
        assert isinstance(image, JpegImageFile)
        assert image.size == size
        image_file._draft(image, data)
        assert max(image.size) < 4 * WORK_SIDE  # what the decoder makes of it
    picture = open_picture(data)
    assert picture.shape == (WORK_SIDE * 3 // 4, WORK_SIDE, 3)
    assert picture[210:390, 280:520].max() < 20
    assert min(picture[:190].min(), picture[410:].min(), picture[:, :255].min()) > 235
    if sys.platform == "linux":
        assert peak_of(data, tmp_path / "picture.jpg") < 200e6


def large_webp() -> bytes:
    """One that is decoded in a process of its own: black in the left half."""
    image = Image.new("L", (4_000, 3_000), "white")
    image.paste(0, (0, 0, 2_000, 3_000))
    return encoded(image.convert("RGB"), "WEBP", method=0)


def test_what_is_decoded_apart_is_the_same_picture() -> None:
    picture = open_picture(large_webp())
    assert picture.shape == (600, WORK_SIDE, 3)
    assert picture[:, :390].max() < 20
    assert picture[:, 410:].min() > 235


def test_what_is_damaged_apart_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    large = large_webp()
    with pytest.raises(PictureError) as caught:
        open_picture(large[:1_000] + bytes(len(large) - 1_000))
    assert caught.value.problem is PictureProblem.DAMAGED
    monkeypatch.setattr(apart, "PATIENCE", 0.001)  # nobody waits for it for ever
    with pytest.raises(PictureError) as caught:
        open_picture(large_webp())
    assert caught.value.problem is PictureProblem.DAMAGED
