"""How a message is understood (design.md §2): command words first, Latin or Chinese, a line each."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.chat_text import rest_unchanged, simplified

LATIN = re.compile(r"^/([A-Za-z_]+)(?:@(\w+))?(?:\s+|$)")
# After a Chinese command word: the end, a blank, punctuation, or a task's number; else it is an ordinary sentence.
AFTER_WORD = re.compile(r"^(?:$|[\s,，、:：。;；!！?？#＃]|第?\s*\d)")
NUMBER = re.compile(
    r"^\s*(?:第|#|no\.?|№)?\s*(\d{1,5})(?:\s*[.．]\s*(\d{1,3})(?!\d*\s*%))?\s*(?:项|号|條|条)?", re.IGNORECASE
)
# What follows these is a text of its own, whatever words its lines begin with.
WHOLE = frozenset({"import"})
BETWEEN = " \t\r\n,，、:：;；"


@dataclass(frozen=True, slots=True)
class Entry:
    """One call: the command's Latin name and what followed it. `at`: which entry of the message it is."""

    command: str
    rest: str
    at: int = 0


def read_entries(text: str, words: Mapping[str, str], bot_name: str = "") -> list[Entry]:
    """The commands of a message, one a line; a line that is no command continues the one before. [] if none starts it.

    `words`: Chinese word → Latin name, perhaps with an argument. `/x@other` is meant for another bot, not for us.
    """
    entries: list[Entry] = []
    for line in text.splitlines() or [text]:
        found = command_of(line, words, bot_name)
        if entries and entries[-1].command in WHOLE:
            found = None
        if found is not None:
            entries.append(Entry(found[0], found[1], len(entries)))
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.command, f"{last.rest}\n{line}".strip("\n"), last.at)
        elif line.strip():
            return []
    return entries


def command_of(line: str, words: Mapping[str, str], bot_name: str = "") -> tuple[str, str] | None:
    """(Latin name, rest of the line), or None."""
    stripped = unicodedata.normalize("NFKC", line[:1]) + line[1:] if line else line
    stripped = stripped.strip()
    latin = LATIN.match(stripped)
    if latin:
        if latin[2] and bot_name and latin[2].lower() != bot_name.lower():
            return None
        return latin[1].lower(), stripped[latin.end() :].strip()
    plain = simplified(stripped)
    for word in _by_length(words):
        if plain.lower().startswith(word) and AFTER_WORD.match(unicodedata.normalize("NFKC", stripped[len(word) :])):
            name, _, preset = words[word].partition(" ")
            return name, f"{preset} {stripped[len(word) :].strip(BETWEEN)}".strip()
    # 其余 8 项无变化 is a line of its own in a message of several.
    return ("same", stripped) if rest_unchanged(stripped) is not None else None


def _by_length(words: Mapping[str, str]) -> Sequence[str]:
    return sorted(words, key=len, reverse=True)


def leading_number(text: str) -> tuple[int, int | None, str] | None:
    """(task, measure, rest) of `12 …`, `#12`, `第12项`, `12.2 …`, full width or not; None without a number."""
    # One character stays one, so that the rest keeps the wording it was written in.
    plain = "".join(_narrow(char) for char in text)
    found = NUMBER.match(plain)
    if found is None:
        return None
    return int(found[1]), int(found[2]) if found[2] else None, text[found.end() :].strip(BETWEEN)


def _narrow(char: str) -> str:
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char


def leading_numbers(text: str) -> tuple[list[int], str]:
    """All task numbers at the start (`12、07 19`), and what follows."""
    numbers: list[int] = []
    rest = text
    while (found := leading_number(rest)) is not None and not rest.lstrip().startswith("%"):
        if found[2].startswith(("%", "％")):
            break
        number, _, rest = found
        if number not in numbers:
            numbers.append(number)
    return numbers, rest
