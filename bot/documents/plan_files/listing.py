"""Lines of a plan written as running text: the number before them and the labels in them."""

import re
from dataclasses import dataclass

from bot.documents.plan_files.grid import GridCell
from bot.domain.numbering import NUMERAL, numbered
from bot.domain.plan_fields import ROLE_FIELDS, Field, bare_label, exact_field
from bot.domain.plan_labels import Piece, label_at, pieces_of

# 问题一：…, 【问题1】…, 任务2 …
_NUMBERED_FINDING = re.compile(
    rf"[【\[]?(?:反馈|整改)?(?:(?P<problem>问题)|任务|事项)\s*(?P<number>[{NUMERAL}0-9０-９]{{1,4}})\s*(?:[】\]]\s*[：:]?|[：:、.．]|\s)\s*"
)
_ALONE: frozenset[Field] = frozenset({"objective", "measure", "problem", "progress", "deadline", *ROLE_FIELDS})


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the style and value of the number before it ("" when none), `mark` as it is written, and its pieces."""

    where: str
    style: str
    number: str
    mark: str
    pieces: tuple[Piece, ...]
    raw: str

    @property
    def label(self) -> Field | None:
        """The field of the label the line begins with."""
        return self.pieces[0].field

    @property
    def text(self) -> str:
        return self.pieces[0].text


def read_line(cell: GridCell) -> list[Line]:
    """The lines of one paragraph."""
    return [_line(text, cell.where) for text in cell.text.split("\n")]


def _line(text: str, where: str) -> Line:
    style, number, rest = numbered(text)
    mark = text[: len(text) - len(rest)]
    if style == "措施":
        return Line(where, style, number, mark, tuple(pieces_of("measure", rest)), text)
    if found := _NUMBERED_FINDING.match(rest):
        field: Field = "problem" if found["problem"] else "task"
        return Line(where, "问题", found["number"], found[0], tuple(pieces_of(field, rest[found.end() :])), text)
    label = label_at(rest)
    if label is not None:
        return Line(where, style, number, mark, tuple(pieces_of(label[0], rest[label[1] :])), text)
    alone = exact_field(rest) if 3 < len(bare_label(rest)) <= 8 else None
    if alone in _ALONE:
        return Line(where, style, number, mark, (Piece(alone, ""),), text)
    return Line(where, style, number, mark, tuple(pieces_of(None, rest)), text)
