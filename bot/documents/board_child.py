"""Renders an SVG from standard input to a PNG on standard output, with the shipped font alone."""

import sys
from pathlib import Path

import resvg_py

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-GBK.otf"


def main() -> None:
    svg = sys.stdin.buffer.read().decode()
    made = resvg_py.svg_to_bytes(svg_string=svg, font_files=[str(FONT)], skip_system_fonts=True)
    sys.stdout.buffer.write(bytes(made))


if __name__ == "__main__":
    main()
