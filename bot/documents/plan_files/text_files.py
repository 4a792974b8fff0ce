"""Plain files: decoding as Chinese offices save them, then rows of a table or the lines of a list."""

import csv
import io
from collections.abc import Iterator

from bot.documents.plan_files.grid import Grid, GridCell, clean
from bot.documents.plan_files.limits import Limits
from bot.domain.refusal import Refusal

_DELIMITERS = ",\t;|"


def decoded(data: bytes, name: str) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, else GB18030. Refuses with plan_encoding."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _readable(text):
            return text
    raise Refusal("plan_encoding", name=name)


def _readable(text: str) -> bool:
    """Bytes of another encoding decode to control characters; a plan holds none."""
    head = text[:20_000]
    strange = sum(1 for mark in head if mark < " " and mark not in "\n\r\t\v\f\x1a")
    return strange * 200 <= len(head)


def candidate_tables(text: str, name: str, limits: Limits) -> Iterator[Grid]:
    """The text as a table, once per delimiter that recurs in its head, the likeliest first; running text yields none.

    Refuses with plan_too_many_rows, plan_corrupt_line.
    """
    head = [line for line in text.splitlines()[:200] if line.strip()]
    often = {mark: sum(line.count(mark) >= 2 for line in head) for mark in _DELIMITERS}
    for mark in sorted(_DELIMITERS, key=lambda mark: -often[mark]):
        if often[mark]:
            yield _table(text, mark, name, limits)


def _table(text: str, delimiter: str, name: str, limits: Limits) -> Grid:
    rows: list[list[GridCell]] = []
    csv.field_size_limit(limits.file_bytes)
    try:
        for at, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            rows.append([_cell(value, at, column) for column, value in enumerate(values, start=1)])
            if at > limits.rows:
                raise Refusal("plan_too_many_rows", where=name, rows=at, limit=limits.rows)
    except csv.Error as broken:
        raise Refusal("plan_corrupt_line", name=name, where=f"第{len(rows) + 1}行") from broken
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row += [GridCell("", "")] * (width - len(row))
    return Grid("", rows, lambda at: f"第{at + 1}行")


def _cell(value: str, row: int, column: int) -> GridCell:
    text = clean(value)
    return GridCell(text, f"第{row}行第{column}列") if text else GridCell("", "")


def read_lines(text: str) -> list[GridCell]:
    """Every line that says something, each with its number in the file."""
    return [
        GridCell(line, f"第{number}行") for number, raw in enumerate(text.splitlines(), start=1) if (line := clean(raw))
    ]
