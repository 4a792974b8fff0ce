"""Draws the demonstration's two pictures of an outfall, before and after: invented, and plainly drawn.

Run it from anywhere: `.venv/bin/python config/demo/pictures.py`. The pictures lie beside it.
"""

from math import sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
SIZE = (1200, 900)
HORIZON, BANK = 330, 520
EXIF_IFD, TAKEN = 0x8769, 0x9003
# Sky, far bank, near bank, water, stripes on the water, what comes out of the pipe.
BEFORE = ("#c9c6bb", "#8d8f7a", "#8a7a5c", "#5d5a48", "#4b4939", "#3d3a2e")
AFTER = ("#bcd6e6", "#6f9a63", "#7fa65c", "#4f8fa8", "#86b8c6", "#a9d3dd")


def scene(colours: tuple[str, str, str, str, str, str], *, clean: bool) -> Image.Image:
    """A bank of a river with an outfall: litter and black water, or reeds and a screen in front of the pipe."""
    sky, far, near, water, stripe, flow = colours
    picture = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(picture)
    draw.polygon(
        [(0, HORIZON), *((x, HORIZON - 26 - 18 * sin(x / 90)) for x in range(0, 1201, 30)), (1200, HORIZON)], far
    )
    draw.rectangle((0, HORIZON, 1200, 900), water)
    for row in range(14):
        top = HORIZON + 24 + row * 40
        for start in range(row % 2 * 110, 1200, 260):
            draw.arc((start, top, start + 170, top + 16), 200, 340, stripe, 4)
    draw.polygon([(0, BANK), (520, BANK + 60), (760, 900), (0, 900)], near)
    draw.ellipse((430, 600, 560, 730), "#6b6f72")
    draw.ellipse((448, 618, 542, 712), "#2c2f31" if not clean else "#4a5053")
    draw.polygon([(500, 690), (556, 676), (900, 880), (640, 900)], flow)
    if clean:
        for x in range(452, 545, 15):
            draw.line((x, 622, x, 708), "#c7cdd0", 5)
        for n in range(46):
            x = 20 + n * 11
            draw.line((x, BANK + 70 + n, x + (n % 5 - 2) * 6, BANK - 10 - n % 7 * 9), "#4d7a3a", 5)
    else:
        for n in range(22):
            x, y = 60 + n * 37 % 430, BANK + 90 + n * 53 % 250
            draw.polygon(
                [(x, y), (x + 22, y - 9), (x + 30, y + 12), (x + 6, y + 17)], ("#d8d2c0", "#9b4f3f", "#4d5b66")[n % 3]
            )
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def write(picture: Image.Image, name: str, taken: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[TAKEN] = taken
    picture.save(HERE / name, "JPEG", quality=80, optimize=True, exif=exif)


def main() -> None:
    write(scene(BEFORE, clean=False), "排口整治前（示意）.jpg", "2022:04:12 10:20:00")
    write(scene(AFTER, clean=True), "排口整治后（示意）.jpg", "2022:06:09 09:05:00")


if __name__ == "__main__":
    main()
