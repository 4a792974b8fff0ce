"""一图: the bulletin's numbers as one picture: SVG, rendered in a child process (rendering holds the GIL)."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from bot.words import say

WALL_SECONDS = 20.0
ROOT = Path(__file__).resolve().parents[2]
WIDTH, MARGIN = 1080, 56
INNER = WIDTH - 2 * MARGIN
INK, HUSH, RULE, PAPER = "#1c2326", "#667075", "#e3e0d8", "#fbfaf6"
COLOURS = {
    "finished": "#1f5f66",
    "on_schedule": "#9dbfae",
    "behind": "#e0ab2f",
    "overdue": "#c0392b",
    "kept_up": "#b9b7ae",
}
# What the font has besides GBK.
BEYOND_GBK = "–−²³✓"
MOST_UNITS, MOST_LINES = 12, 6


def board_png(locale: str, facts: Mapping[str, Any]) -> bytes | None:
    """The picture of usecases.board's facts; None when it could not be drawn."""
    return rendered(board_svg(locale, facts))


def rendered(svg: str) -> bytes | None:
    """An SVG as PNG, with the shipped font; None when it could not be drawn."""
    command = [sys.executable, "-m", "bot.documents.board_child"]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            input=svg.encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout or None


def draws_words() -> bool:
    """Two words are two pictures: a renderer without its font leaves both empty and says nothing."""
    blank, *words = (rendered(Sheet.of(text).svg()) for text in ("", "督", "办"))
    return blank is not None and None not in words and len({blank, *words}) == 3


def board_svg(locale: str, facts: Mapping[str, Any]) -> str:
    sheet = Sheet(locale)
    sheet.head(facts)
    sheet.totals(facts["totals"])
    sheet.rates(facts["rates"])
    if len(facts["units"]) > 1:
        sheet.units(facts["units"])
    sheet.lines("pressing", facts["pressing"])
    sheet.lines("soon", facts["due_in_30_days"])
    sheet.foot()
    return sheet.svg()


def wide(text: str) -> float:
    """Its width in ems: a Chinese character is one, a Latin one a little over half."""
    return sum(1.0 if east_asian_width(each) in "WF" else 0.58 for each in text)


def shown(text: str) -> str:
    """The text with a box for what the font has no glyph for: the renderer would leave it out and say nothing."""
    return "".join(each if each in BEYOND_GBK or each.encode("gbk", "ignore") else "□" for each in text)


def cut(text: str, ems: float) -> str:
    if wide(text) <= ems:
        return text
    while text and wide(text) > ems - 1:
        text = text[:-1]
    return f"{text}…"


class Sheet:
    """Draws from top to bottom; `y` is where the next thing goes."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.parts: list[str] = []
        self.y = 0.0

    @classmethod
    def of(cls, text: str) -> "Sheet":
        """A sheet with one word."""
        sheet = cls("zh")
        sheet.y = 60
        sheet.text(0, 40, text)
        return sheet

    def word(self, name: str, **facts: Any) -> str:
        return unescape(say(self.locale, f"board.{name}", **facts))

    def text(
        self,
        x: float,
        y: float,
        said: object,
        size: int = 26,
        fill: str = INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        # The font has one weight: a thin outline of the same colour makes it a bold one.
        outline = f' stroke="{fill}" stroke-width="{size / 34:.2f}"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{outline}>'
            f"{escape(shown(str(said)))}</text>"
        )

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')

    def heading(self, said: str) -> None:
        self.y += 58
        self.bar(MARGIN, self.y - 46, INNER, 1.5, RULE)
        self.text(MARGIN, self.y, said, 28, bold=True)
        self.y += 18

    def head(self, facts: Mapping[str, Any]) -> None:
        self.bar(0, 0, WIDTH, 10, COLOURS["finished"])
        self.text(MARGIN, 84, self.word("title", **facts), 44, bold=True)
        self.text(MARGIN, 130, self.word("subtitle", **facts), 26, HUSH)
        self.y = 150

    def totals(self, totals: Mapping[str, int]) -> None:
        """One bar of all tasks, and each part with its number and its name under it."""
        self.y += 26
        left, parts = float(MARGIN), [(name, totals[name]) for name in COLOURS if totals[name]]
        for name, n in parts:
            width = INNER * n / max(totals["tasks"], 1)
            self.bar(left, self.y, width - 2, 46, COLOURS[name])
            left += width
        self.y += 46
        column = INNER / max(len(parts) + 1, 1)
        self._number(MARGIN, totals["tasks"], self.word("tasks"), INK)
        for at, (name, n) in enumerate(parts, 1):
            self._number(MARGIN + column * at, n, self.word(name), COLOURS[name])
        self.y += 132

    def _number(self, x: float, n: int, said: str, colour: str) -> None:
        self.text(x, self.y + 72, n, 58, INK, bold=True)
        self.bar(x, self.y + 92, 14, 14, colour)
        self.text(x + 22, self.y + 106, said, 23, HUSH)

    def rates(self, rates: Mapping[str, Mapping[str, int]]) -> None:
        gap = 34
        width = (INNER - 2 * gap) / 3
        for at, name in enumerate(("completion", "on_time", "struck_off")):
            n, of = rates[name]["n"], rates[name]["of"]
            x = MARGIN + (width + gap) * at
            self.text(x, self.y + 30, self.word(f"rate_{name}"), 23, HUSH)
            self.text(x + width, self.y + 30, f"{100 * n / of:.1f}%　{n}/{of}" if of else "—", 23, anchor="end")
            self.bar(x, self.y + 44, width, 10, RULE)
            self.bar(x, self.y + 44, width * n / of if of else 0, 10, COLOURS["finished"])
        self.y += 62

    def units(self, units: Sequence[Mapping[str, Any]]) -> None:
        """The units with most tasks, each a bar of its own tasks on one scale."""
        most_tasks = sorted(units, key=lambda unit: -unit["tasks"])[:MOST_UNITS]
        left_out = len(units) - len(most_tasks)
        self.heading(self.word("units", shown=len(most_tasks), left_out=left_out))
        most, start = max(unit["tasks"] for unit in most_tasks), MARGIN + 236
        for unit in most_tasks:
            self.text(start - 18, self.y + 26, cut(unit["unit"], 9), 23, anchor="end")
            left = float(start)
            for name, colour in COLOURS.items():
                width = (INNER - 236 - 150) * unit[name] / most
                if width:
                    self.bar(left, self.y + 5, width - 2, 26, colour)
                left += width
            self.text(left + 10, self.y + 26, f"{unit['finished']}/{unit['tasks']}", 22, HUSH)
            self.y += 38

    def lines(self, name: str, tasks: Sequence[Mapping[str, Any]]) -> None:
        self.heading(self.word(f"{name}_heading", count=len(tasks)))
        for task in tasks[:MOST_LINES]:
            self.bar(MARGIN, self.y + 9, 8, 20, COLOURS.get(task["flag"], COLOURS["on_schedule"]))
            self.text(MARGIN + 20, self.y + 28, f"{task['number']:02d}", 24, HUSH)
            self.text(MARGIN + 72, self.y + 28, cut(task["title"], 12), 24)
            units = cut(self.word("between").join(task["units"]), 15)
            self.text(MARGIN + 390, self.y + 28, units, 22, HUSH)
            self.text(WIDTH - MARGIN, self.y + 28, self.word(f"{name}_line", **task), 22, anchor="end")
            self.y += 40
        if len(tasks) > MOST_LINES:
            self.text(MARGIN + 72, self.y + 28, self.word("more", count=len(tasks) - MOST_LINES), 22, HUSH)
            self.y += 40
        if not tasks:
            self.text(MARGIN, self.y + 28, self.word("none"), 24, HUSH)
            self.y += 40

    def foot(self) -> None:
        self.y += 34
        self.text(MARGIN, self.y + 20, self.word("foot"), 20, HUSH)
        self.y += 56

    def svg(self) -> str:
        size = f'width="{WIDTH}" height="{self.y:.0f}" viewBox="0 0 {WIDTH} {self.y:.0f}"'
        return "".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Noto Sans CJK SC">',
                f'<rect width="100%" height="100%" fill="{PAPER}"/>',
                *self.parts,
                "</svg>",
            ]
        )
