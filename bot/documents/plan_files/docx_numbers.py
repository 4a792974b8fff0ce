"""Word's automatic numbers: they are not in the text, yet people see them ("一、", "（1）", a column of 1, 2, 3)."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its number format, its text ("（%1）") and its first number."""

    shape: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts a document's lists as Word does, in reading order."""

    levels: dict[tuple[str, int], Level] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _started: set[str] = field(default_factory=set)
    _restarts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: Element | None, styles: Element | None) -> "Numbering":
        """From word/numbering.xml and word/styles.xml, either of which a document may lack."""
        found = cls()
        if numbering is not None:
            for abstract in numbering.iter(f"{W}abstractNum"):
                for level in abstract.iter(f"{W}lvl"):
                    key = (abstract.get(f"{W}abstractNumId", ""), int(level.get(f"{W}ilvl", "0")))
                    found.levels[key] = _level(level)
            for number in numbering.iter(f"{W}num"):
                found._read_list(number)
        for style in styles.iter(f"{W}style") if styles is not None else ():
            if (place := _place(style)) is not None:
                found.styles[style.get(f"{W}styleId", "")] = place
        return found

    def _read_list(self, number: Element) -> None:
        list_id = number.get(f"{W}numId", "")
        self._lists[list_id] = _value(number.find(f"{W}abstractNumId"))
        for override in number.iter(f"{W}lvlOverride"):
            start = override.find(f"{W}startOverride")
            if start is not None:
                self._restarts[list_id, int(override.get(f"{W}ilvl", "0"))] = int(_value(start) or "1")

    def next(self, paragraph: Element) -> str:
        """The number that stands before this paragraph, "" when it has none or only a bullet; counts it."""
        place = _place(paragraph)
        if place is None:
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            place = self.styles.get(_value(style)) if style is not None else None
        if place is None or place[0] == "0":
            return ""
        list_id, depth = place
        abstract = self._lists.get(list_id, "")
        level = self.levels.get((abstract, depth))
        if level is None or level.shape in ("bullet", "none"):
            return ""
        return self._text(level, abstract, self._count(list_id, abstract, depth, level))

    def _count(self, list_id: str, abstract: str, depth: int, level: Level) -> dict[int, int]:
        counts = self._counts.setdefault(abstract, {})
        if list_id not in self._started:
            # A second list of the same kind goes on counting unless it says where to start anew.
            self._started.add(list_id)
            for (other, at), start in self._restarts.items():
                if other == list_id:
                    counts[at] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            del counts[deeper]
        return counts

    def _text(self, level: Level, abstract: str, counts: dict[int, int]) -> str:
        text = level.text
        for at in range(9):
            if f"%{at + 1}" in text:
                own = self.levels.get((abstract, at), level)
                text = text.replace(f"%{at + 1}", written(counts.get(at, own.start), own.shape))
        return text


def _level(level: Element) -> Level:
    return Level(
        shape=_value(level.find(f"{W}numFmt")) or "decimal",
        text=_value(level.find(f"{W}lvlText")),
        start=int(_value(level.find(f"{W}start")) or "1"),
    )


def _place(holder: Element) -> tuple[str, int] | None:
    """(list id, level) of a paragraph or a paragraph style."""
    found = holder.find(f"{W}pPr/{W}numPr")
    if found is None or found.find(f"{W}numId") is None:
        return None
    return _value(found.find(f"{W}numId")), int(_value(found.find(f"{W}ilvl")) or "0")


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def written(number: int, shape: str) -> str:
    """A number in one of Word's formats; those not used in Chinese papers are written in digits."""
    if "hinese" in shape or "japanese" in shape or shape.startswith("ideographDigital"):
        return chinese_number(number)
    if "ircle" in shape and 1 <= number <= len(_CIRCLED):
        return _CIRCLED[number - 1]
    if shape in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((ord("a") if shape == "lowerLetter" else ord("A")) + number - 1)
    if shape == "decimalZero":
        return f"{number:02d}"
    return str(number)


def chinese_number(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; above 99 digit by digit."""
    if number > 99:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")
