"""The phrase in one written form, with the way back to what was written."""

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.chat_text import simplified

_SAME = str.maketrans(
    {
        "【": "(",
        "】": ")",
        "〔": "(",
        "〕": ")",
        "[": "(",
        "]": ")",
        "﹑": "、",
        "。": ";",
        "!": ";",
        "：": ":",
        "|": ";",
    }
)
_DROPPED = "“”‘’\"'「」『』《》​﻿*"
_LABEL_GOES_ON = re.compile("单位|部门|主体")
_CIRCLED = re.compile("[①-⒇⓪-⓿]")


@dataclass(frozen=True, slots=True)
class Source:
    """`text`: NFKC, simplified, without blanks; `gaps`: where a blank (" ") or line break ("\\n") parted two words."""

    raw: str
    text: str
    origin: tuple[int, ...]
    gaps: dict[int, str]

    def piece(self, start: int, end: int) -> str:
        """What was written between two positions of `text`, exactly as it was written."""
        return self.raw[self.origin[start] : self.origin[end - 1] + 1].strip()


def read_source(raw: str) -> Source:
    """The phrase as the lexer reads it. A blank inside a word (市 水 务 局, left by PDF extraction) parts nothing."""
    chars: list[str] = []
    origin: list[int] = []
    breaks: dict[int, str] = {}
    for index, char in enumerate(raw):
        folded = ";" if _CIRCLED.match(char) else unicodedata.normalize("NFKC", char).translate(_SAME)
        for one in folded:
            if one.isspace():
                breaks[len(chars)] = "\n" if one in "\n\r\v\f" or breaks.get(len(chars)) == "\n" else " "
            elif one not in _DROPPED:
                chars.append(one)
                origin.append(index)
    text = simplified("".join(chars))
    return Source(raw, text, tuple(origin), _real_gaps(text, breaks))


def _real_gaps(text: str, breaks: dict[int, str]) -> dict[int, str]:
    """Line breaks always part; a blank parts two words of at least two characters each."""
    edges = sorted({0, *breaks, len(text), *(i for i, char in enumerate(text) if not char.isalnum())})
    words = {edge: edges[n + 1] - edge for n, edge in enumerate(edges[:-1])}
    before = {edges[n + 1]: edge for n, edge in enumerate(edges[:-1])}
    return {
        at: kind
        for at, kind in breaks.items()
        if 0 < at < len(text)
        and not _LABEL_GOES_ON.match(text, at)
        and (kind == "\n" or (words[at] > 1 and words[before[at]] > 1))
    }
