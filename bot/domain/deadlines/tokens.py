"""From a normalised phrase to a row of tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.domain.deadlines import lexicon
from bot.domain.deadlines.mentions import Mention, read_mention
from bot.domain.deadlines.numbering import NUMBERING
from bot.domain.deadlines.numerals import chinese_int
from bot.domain.deadlines.reading import Unclear
from bot.domain.deadlines.spans import Span, read_span

WordKind = Literal[
    "plain", "content", "mark", "rhythm", "upkeep", "work", "soft", "immediate", "now", "vague", "weak", "status",
    "slogan", "extended", "not_before", "alternative", "latest",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """Words that are no time: what they do to the reading, and how they are written."""

    kind: WordKind
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of the work in percent; None when it is a state of the water or the air."""

    text: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class Riddle:
    """A time that was recognised and could not be read."""

    text: str
    unclear: Unclear


Token = Word | Figure | Mention | Span | Riddle

MARK = re.compile(r"[,;。!?\n、]")
WORDS: tuple[tuple[WordKind, re.Pattern[str]], ...] = (
    ("content", NUMBERING),
    ("content", lexicon.CONTENT),
    ("rhythm", lexicon.RHYTHM),
    ("work", lexicon.WORK_NOT_UPKEEP),
    ("immediate", lexicon.IMMEDIATE),
    ("now", lexicon.FROM_NOW),
    ("extended", lexicon.EXTENDED),
    ("slogan", lexicon.SLOGAN),
    ("not_before", lexicon.NOT_BEFORE),
    ("latest", lexicon.LATEST),
    ("soft", lexicon.SOFT),
    ("upkeep", lexicon.UPKEEP),
    ("status", lexicon.STATUS),
    ("vague", lexicon.VAGUE),
    ("weak", lexicon.WEAK),
    ("alternative", lexicon.ALTERNATIVE),
)


def tokenise(text: str) -> list[Token]:
    """The tokens in order; their texts joined give the phrase back."""
    tokens: list[Token] = []
    plain = ""
    for token in _scan(text):
        if isinstance(token, Word) and token.kind == "plain":
            plain += token.text
            continue
        if plain:
            tokens.append(Word("plain", plain))
            plain = ""
        tokens.append(token)
    return [*tokens, Word("plain", plain)] if plain else tokens


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        token, at = _token(text, at)
        yield token


def _token(text: str, at: int) -> tuple[Token, int]:
    mark = MARK.match(text, at)
    if mark:
        return Word("mark", mark[0]), mark.end()
    for kind, pattern in WORDS[:3]:
        match = pattern.match(text, at)
        if match:
            return Word(kind, match[0]), match.end()
    return _figure(text, at) or _time(text, at) or _word(text, at) or (Word("plain", text[at]), at + 1)


def _time(text: str, at: int) -> tuple[Token, int] | None:
    try:
        return read_span(text, at) or read_mention(text, at)
    except Unclear as unclear:
        return Riddle(text[at:], unclear), len(text)


def _word(text: str, at: int) -> tuple[Token, int] | None:
    for kind, pattern in WORDS[3:]:
        match = pattern.match(text, at)
        if match:
            return Word(kind, match[0]), match.end()
    return None


def _figure(text: str, at: int) -> tuple[Token, int] | None:
    match = lexicon.FIGURE.match(text, at)
    if not match:
        return None
    is_state = _measures_a_state(text[:at])
    percent = _percent(match)
    if percent is not None and (percent > 100 or (is_state and not match["whole"])):
        percent = None
    return Figure(match[0], percent), match.end()


def _measures_a_state(before: str) -> bool:
    """水质优良率达到70%，2025年达到75%: an indicator keeps speaking until the work itself is named."""
    clause = re.split(r"[,;。]", before)[-1]
    if lexicon.INDICATOR.search(clause):
        return not lexicon.SHARE_OF_WORK.search(clause)
    named = lexicon.SHARE_OF_WORK.search(clause) or "完成" in clause
    return not named and bool(lexicon.INDICATOR.search(before)) and not lexicon.SHARE_OF_WORK.search(before)


def _percent(match: re.Match[str]) -> int | None:
    part = {name: value for name, value in match.groupdict().items() if value}
    if "percent" in part:
        return round(float(part["percent"]))
    if "hundredths" in part:
        return chinese_int(part["hundredths"])
    if "denominator" in part:
        top, bottom = chinese_int(part["numerator"]), chinese_int(part["denominator"])
        return round(100 * top / bottom) if top and bottom and top <= bottom else None
    if "tenths" in part:
        rest = part.get("rest")
        return 10 * int(part["tenths"]) + (5 if rest == "半" else chinese_int(rest) or 0 if rest else 0)
    if "top" in part:
        return round(100 * int(part["top"]) / int(part["bottom"]))
    return 50 if "half" in part else 100
