"""What a plan's file says, before anybody has understood it: sheets of rows of cells, each knowing where it stood."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.plan_fields import Field

_GENERIC_NAME = re.compile(r"(?:Sheet|工作表|表|Table)?\s*\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in the file's own wording.

    `where` is as a person finds it again: "Sheet1!D7", "表2 第3行第4列", "第12段". `merged` is true when the value was
    written once over several rows and this is not the first of them. `doubt` names what the file itself leaves open:
    "trailing_zero" (the number 2022.1 was typed as 2022.1 or as 2022.10), "first_of_month" (a date shown perhaps as
    its month only), "serial" (a number that is a date without a date's format).
    """

    text: str
    where: str
    merged: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table (or one measure of a paragraph list); a field that has no column is absent."""

    where: str
    cells: Mapping[Field, Cell]
    category: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of one plan. `title` is empty when nothing names it; `lines` is the text around the table, where an
    issue date may stand. `mended`: readings in brackets taken out and characters simplified in the whole file, where a
    bad converter had put them."""

    name: str
    title: str
    rows: tuple[Row, ...]
    lines: tuple[Cell, ...] = field(default=())
    mended: tuple[int, int] = (0, 0)

    @property
    def name_says_nothing(self) -> bool:
        """Sheet1, 工作表2, 表3: a name no one gave."""
        return _GENERIC_NAME.fullmatch(self.name.strip()) is not None
