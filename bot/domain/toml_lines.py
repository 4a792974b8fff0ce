"""Where a setting stands in a TOML file: the parser gives values without lines, and a mistake is mended in a line."""

import re
from collections import Counter

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w\-]+|\"[^\"]+\")\s*=")


def line_of(text: str, place: str, nth: int = 0) -> int:
    """The line, from 1, of `table.key`; of a key within a value the line of that value; 0 where nothing of it stands.

    `nth`: of several tables of one name (`[[table]]`) the one that is meant, from 1; 0 for the first that has it.
    """
    found = _places(text)
    while place:
        for name, table, line in found:
            if name == place and nth in (0, table):
                return line
        place, nth = place.rpartition(".")[0], nth if place.count(".") else 0
    return 0


def _places(text: str) -> list[tuple[str, int, int]]:
    """(place, which table of its name it stands in, line) of every header and key."""
    found: list[tuple[str, int, int]] = []
    table, seen = "", Counter[str]()
    for line, words in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(words):
            table = header[1].replace('"', "")
            seen[table] += 1
            found.append((table, seen[table], line))
        elif key := _KEY.match(words):
            name = key[1].strip('"')
            found.append((f"{table}.{name}" if table else name, seen[table], line))
    return found
