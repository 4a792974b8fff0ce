"""The reader that runs alone in its process: a file on standard input, lines of JSON on standard output.

It limits its own memory and processor time before it looks at the first byte, and imports nothing it does not need:
reading 5,000 rows takes less time than importing the ledger would.
"""

import json
import resource
import sys
import traceback
from typing import Any

from bot.documents.plan_files.limits import Limits
from bot.documents.plan_files.reading import read
from bot.domain.plan_rows import Cell, Sheet
from bot.domain.refusal import Refusal


def main() -> None:
    """Arguments: the file's name, the limits as JSON. The last line is `sheets`, `refusal` or `crash`."""
    name, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    _limit_self(limits)
    data = sys.stdin.buffer.read()
    try:
        sheets = read(data, name, limits, lambda done, of: _say({"progress": [done, of]}))
        _say({"sheets": [_as_json(sheet) for sheet in sheets]})
    except Refusal as refusal:
        _say({"refusal": refusal.reason, "facts": refusal.facts})
    except (MemoryError, RecursionError):
        _say({"refusal": "plan_too_heavy", "facts": {"name": name}})
    except BaseException:  # also a panic inside calamine, which is no Exception
        _say({"crash": traceback.format_exc()})


def _limit_self(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _as_json(sheet: Sheet) -> dict[str, Any]:
    """Rows as [where, category, {field: cell}], cells as [text, where, merged, doubt]."""
    return {
        "name": sheet.name,
        "title": sheet.title,
        "mended": sheet.mended,
        "lines": [[line.text, line.where] for line in sheet.lines],
        "rows": [
            [row.where, row.category, {name: _cell(cell) for name, cell in row.cells.items()}] for row in sheet.rows
        ],
    }


def _cell(cell: Cell) -> list[str | bool]:
    return [cell.text, cell.where, cell.merged, cell.doubt]


if __name__ == "__main__":
    main()
