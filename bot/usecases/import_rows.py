"""What was read of a file, as it lies in its draft until it is confirmed."""

import json
import zlib

from bot.domain.plan_rows import Cell, Row, Sheet


def packed(sheets: list[Sheet]) -> bytes:
    """What was read, compressed: a tenth of its size."""
    told = [
        [
            sheet.name,
            sheet.title,
            [[row.where, row.category, {name: _cell(cell) for name, cell in row.cells.items()}] for row in sheet.rows],
            [_cell(line) for line in sheet.lines],
            sheet.mended,
        ]
        for sheet in sheets
    ]
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 1)


def unpacked(content: bytes) -> list[Sheet]:
    found = []
    for name, title, rows, lines, mended in json.loads(zlib.decompress(content)):
        told = tuple(Row(where, {k: Cell(*c) for k, c in cells.items()}, category) for where, category, cells in rows)
        found.append(Sheet(name, title, told, tuple(Cell(*line) for line in lines), tuple(mended)))
    return found


def _cell(cell: Cell) -> list[str | bool]:
    return [cell.text, cell.where, cell.merged, cell.doubt]
