"""Puts two pictures side by side, alone in its process with little memory and time: what people send is not trusted."""

import resource
import sys
import warnings
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

MEMORY, SECONDS = 1024 * 1024 * 1024, 15
Image.MAX_IMAGE_PIXELS = 64_000_000
# Points: the box a picture is fitted into, the strip with its date above it, the space around.
BOX, STRIP, SPACE = 900, 104, 14
PAPER, INK, QUALITY = (250, 249, 246), (28, 35, 38), 86


def main() -> None:
    """Arguments: file and label of the first, file and label of the second (ASCII). Writes a JPEG to its output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    first, said_first, second, said_second = sys.argv[1:]
    sheet = beside((fitted(first), said_first), (fitted(second), said_second))
    made = BytesIO()
    sheet.save(made, "JPEG", quality=QUALITY, optimize=True)
    sys.stdout.buffer.write(made.getvalue())


def fitted(file: str) -> Image.Image:
    """The picture upright, within the box."""
    with Image.open(file) as picture:
        # A JPEG can unpack itself at a fraction of its size, which saves most of the time and memory.
        picture.draft("RGB", (2 * BOX, 2 * BOX))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    scale = min(BOX / upright.width, BOX / upright.height)
    size = (max(round(upright.width * scale), 1), max(round(upright.height * scale), 1))
    return upright.resize(size, Image.Resampling.LANCZOS)


def beside(*pictures: tuple[Image.Image, str]) -> Image.Image:
    """One sheet: each picture under its label, the shorter one in the middle of the height."""
    tallest = max(picture.height for picture, _ in pictures)
    width = sum(picture.width for picture, _ in pictures) + SPACE * (len(pictures) + 1)
    sheet = Image.new("RGB", (width, tallest + STRIP + SPACE), PAPER)
    # Pillow's own font knows ASCII alone, so the strip holds digits; the words are in the caption.
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(STRIP * 0.62)
    left = SPACE
    for picture, label in pictures:
        draw.text((left + picture.width / 2, STRIP / 2), label, INK, font, anchor="mm")
        sheet.paste(picture, (left, STRIP + (tallest - picture.height) // 2))
        left += picture.width + SPACE
    return sheet


if __name__ == "__main__":
    main()
