"""Finding the header of a table: one to three rows of labels below the title rows, perhaps repeated further down."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.documents.plan_files.grid import Grid, GridCell
from bot.documents.plan_files.titles import plain
from bot.domain.plan_fields import ROLE_FIELDS, Field, bare_label, exact_field, header_field

_CONTENT: frozenset[Field] = frozenset({"problem", "task", "measure", "title"})
# A table of problems alone could be anything: it must also say who, when or to what end.
_COMPANIONS: frozenset[Field] = frozenset({*ROLE_FIELDS, "deadline", "objective", "measure", "number"})
_LONGEST_LABEL = 24

_exact = lru_cache(maxsize=4096)(exact_field)


@dataclass(frozen=True, slots=True)
class Header:
    """Rows `top` to `bottom` are labels; `columns` maps a column to its field, `other` for one we do not keep."""

    top: int
    bottom: int
    columns: Mapping[int, Field]

    @property
    def fields(self) -> frozenset[Field]:
        return frozenset(self.columns.values())


def find_headers(grid: Grid) -> list[Header]:
    """All headers of a grid from top to bottom; empty when it holds no plan."""
    return list(_headers(grid))


def _headers(grid: Grid) -> Iterator[Header]:
    row = 0
    while row < len(grid.rows):
        header = _header_at(grid, row) if _may_begin_header(grid.rows[row]) else None
        if header is None:
            row += 1
            continue
        yield header
        row = header.bottom + 1


def _may_begin_header(cells: list[GridCell]) -> bool:
    own = [cell.text for cell in cells if cell.own]
    return len(own) >= 2 and sum(len(text) <= _LONGEST_LABEL and _exact(text) is not None for text in own) >= 2


def _header_at(grid: Grid, row: int) -> Header | None:
    top = row - 1 if row and _is_group_row(grid.rows[row - 1], grid.rows[row]) else row
    bottom = row
    while bottom + 1 < len(grid.rows) and bottom - top < 2 and _is_second_row(grid.rows[bottom], grid.rows[bottom + 1]):
        bottom += 1
    columns = _columns(grid.rows[top : bottom + 1])
    fields = set(columns.values())
    if not fields & _CONTENT or len(fields & (_COMPANIONS | _CONTENT)) < 2:
        return None
    if _is_index_row(grid, bottom + 1):
        bottom += 1
    return Header(top, bottom, columns)


def _is_group_row(upper: list[GridCell], lower: list[GridCell]) -> bool:
    """A row of headings over groups of columns: at least two texts, short, and one of them wider than a column."""
    own = [cell for cell in upper if cell.own]
    if len(own) < 2 or any(len(cell.text) > _LONGEST_LABEL for cell in own):
        return False
    covered = sum(cell.down for cell in lower)
    wide = any(1 < cell.width < len(upper) for cell in own)
    return wide and (covered > 0 or all(cell.width > 1 for cell in own)) and not _looks_like_data(own)


def _is_second_row(upper: list[GridCell], lower: list[GridCell]) -> bool:
    """Labels below a heading that covers several columns; the other columns are merged from above or blank."""
    labels = [(column, cell) for column, cell in enumerate(lower) if cell.own]
    if not labels or _looks_like_data([cell for _, cell in labels]):
        return False
    named_above = [column for column, _ in labels if upper[column].text and upper[column].width == 1]
    groups = _group_texts(upper)
    # Without merged cells (csv) the first label of a group stands right below its heading.
    blank_beside = {column for column in named_above if column + 1 < len(upper) and not upper[column + 1].text}
    if set(named_above) - blank_beside:
        return False
    recognised = sum(header_field(cell.text, groups[column]) is not None for column, cell in labels)
    return recognised >= max(1, (len(labels) + 1) // 2) and len(labels) < len([cell for cell in upper if cell.text]) + 6


def _looks_like_data(cells: list[GridCell]) -> bool:
    return any(len(cell.text) > _LONGEST_LABEL or re.search(r"[。；;]|\d", plain(cell.text)) for cell in cells)


def _group_texts(upper: list[GridCell]) -> list[str]:
    """The heading over each column: a blank cell right of a text belongs to it when nothing was merged."""
    texts: list[str] = []
    for cell in upper:
        texts.append(cell.text or (texts[-1] if texts else ""))
    return texts


def _columns(rows: list[list[GridCell]]) -> dict[int, Field]:
    columns: dict[int, Field] = {}
    for column in range(len(rows[0])):
        label, group = _label_of(rows, column)
        found = header_field(label, group) if label else None
        columns[column] = found or "other"
    for column, found in list(columns.items()):
        if found not in (*ROLE_FIELDS, "contact", "other") and found in [columns[at] for at in range(column)]:
            columns[column] = "measure_number" if found == "number" else "other"
    return columns


def _label_of(rows: list[list[GridCell]], column: int) -> tuple[str, str]:
    """(label, heading above it); a label merged over all header rows has no heading."""
    texts = [row[column].text for row in rows if not row[column].down and row[column].text]
    if len(rows) > 1 and rows[-1][column].own and len(texts) < 2:
        texts = [_group_texts(rows[0])[column], *texts]
    elif len(texts) == 1 and rows[0][column].right and not rows[-1][column].own:
        return "", ""  # the rest of a heading wider than its own column
    if not texts:
        return "", ""
    return texts[-1], "" if len(texts) == 1 else "".join(dict.fromkeys(texts[:-1]))


def _is_index_row(grid: Grid, row: int) -> bool:
    """Printed forms number their columns: 1 2 3 4 … below the header."""
    if row >= len(grid.rows):
        return False
    own = [bare_label(cell.text) for cell in grid.rows[row] if cell.own]
    return len(own) >= 4 and own == [str(number) for number in range(1, len(own) + 1)]
