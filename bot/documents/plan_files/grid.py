"""The one shape every table is brought to before its header is looked for: cells in rows, merged regions followed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

_LINE_END = re.compile(r"\r\n?|\v|\f|\u2028|\u2029|_x000D_\n?")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_BLANKS = " \t\u3000\xa0"


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as people see it; `down` and `right` mark what a merged region covers below and beside its first cell.

    `width` is how many columns the value covers. `fault` is an error value ("#REF!") or "=" for a formula that was
    never calculated. `doubt` is as in bot.domain.plan_rows.Cell.
    """

    text: str
    where: str
    down: bool = False
    right: bool = False
    width: int = 1
    doubt: str = ""
    fault: str = ""

    @property
    def own(self) -> bool:
        """The cell itself holds something: it is neither empty nor covered by a merged region."""
        return bool(self.text or self.fault) and not self.down and not self.right


@dataclass(slots=True)
class Grid:
    """One table: `rows` are equally long; `where(row)` names a line; `before` is the text above it."""

    name: str
    rows: list[list[GridCell]]
    where: Callable[[int], str]
    before: list[GridCell] = field(default_factory=list)
    hidden: bool = False


Region = tuple[int, int, int, int]


def clean(text: str) -> str:
    """The one place where text out of a file is cleaned: the wording stays as it is, but no stray line ends, no
    invisible characters, no spaces at the ends of lines."""
    shown = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    if "\n" not in shown:
        return shown.strip(_BLANKS)
    lines = (line.strip(_BLANKS) for line in shown.split("\n"))
    return "\n".join(line for line in lines if line)


def spread(rows: list[list[GridCell]], regions: Iterable[Region]) -> None:
    """Repeat the value of each merged region (first row, first column, last row, last column) over what it covers."""
    height = len(rows)
    for top, left, bottom, right in regions:
        if top >= height or left >= len(rows[top]):
            continue
        last = min(right, len(rows[top]) - 1)
        first = replace(rows[top][left], width=last - left + 1)
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, last + 1):
                rows[row][column] = replace(first, down=row > top, right=column > left)


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
