"""Report lines: `12 60% 清淤完成`, `第12项 80%`, `12.2 90% …`, `12无变化`, and paragraphs that name several tasks."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.domain.chat_text.answers import UNCHANGED, is_unchanged, rest_unchanged
from bot.domain.chat_text.heads import head_at
from bot.domain.chat_text.percents import cumulative_percent, front_percent, refuse_below_nought, stated_percent
from bot.domain.chat_text.writing import BETWEEN, normalise


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What one line says: the task's number and the measure's ordinal if named, whole percent, the words as written."""

    number: int | None = None
    measure: int | None = None
    percent: int | None = None
    text: str = ""
    unchanged: bool = False


_PERCENT_NEXT = re.compile(r"\d{1,3}(?:\.\d+)?\s*%|百分之")
# 12、13 无变化; 7、12项均完成60%; 12 13 14 同上周
_SEVERAL = re.compile(
    r"\s*第?\s*\d{1,5}\s*[项号]?(?:(?:\s*[、,和及&]\s*|\s+)(?:第\s*)?\d{1,5}\s*[项号]?(?!\d|\.\d|\s*[%~～—–-]))+"
)
_OF_ALL = re.compile(r"均|都|全部|也|\d{1,3}(?:\.\d+)?\s*%|百分之")


def read_report_line(text: str, numbers: Collection[int] = ()) -> ReportLine | None:
    """One line as a report; None for an empty one and for one that names several tasks (`split_paragraph` reads those).

    With one's own `numbers`, `1260%` is read as 12 and 60% where only that fits. Refuses percent_range (percent).
    """
    plain = normalise(text)
    if not plain.strip(BETWEEN) or _several(text) is not None or _names_another(plain):
        return None
    cut = _glued(plain, numbers)
    if cut is not None:
        text, plain = f"{text[:cut]} {text[cut:]}", f"{plain[:cut]} {plain[cut:]}"
    head = head_at(plain)
    refuse_below_nought(plain, head.end if head else 0)
    start = _skip(plain, head.end if head else 0)
    line = _content(text[start:], plain[start:])
    return replace(line, number=head.number, measure=head.measure) if head else line


def _content(text: str, plain: str) -> ReportLine:
    """What is said of the task: unchanged, percent and words."""
    if is_unchanged(text):
        return ReportLine(unchanged=True)
    same = UNCHANGED.match(plain)
    if same is not None:
        return ReportLine(text=text[same.end() :].strip(BETWEEN), unchanged=True)
    cumulative = cumulative_percent(plain)
    if cumulative is not None:
        return ReportLine(percent=cumulative, text=text.strip(BETWEEN))
    front = front_percent(plain)
    if front is not None:
        return ReportLine(percent=front.value, text=text[front.end :].strip(BETWEEN))
    return ReportLine(percent=stated_percent(plain), text=text.strip(BETWEEN))


def _skip(plain: str, at: int) -> int:
    while at < len(plain) and plain[at] in BETWEEN:
        at += 1
    return at


def _glued(plain: str, numbers: Collection[int]) -> int | None:
    """Where `1260% …` parts for somebody whose task 12 is; None unless exactly one cut fits."""
    found = re.match(r"\s*(\d{3,7})\s*%", plain)
    if found is None or not numbers:
        return None
    digits = found[1]
    cuts = [
        cut
        for cut in range(1, len(digits))
        if int(digits[:cut]) in numbers and digits[cut] != "0" and int(digits[cut:]) <= 100
    ]
    return found.start(1) + cuts[0] if len(cuts) == 1 else None


# Several tasks in one text

_LIST_ORDINAL = re.compile(r"(?<=[\n;；。])\s*[(（]?[\d０-９一二三四五六七八九十]{1,3}[、.．)）]\s*$")
_NEW_SENTENCE = "\n;；。!！:："
# （一）07 清淤…；（2）12 排口…: the list's own numbering in brackets; before a title also 1. and 一、
_ORDINAL = r"[\d一二三四五六七八九十]{1,3}"
_LISTING = re.compile(rf"(?:^|(?<=[{_NEW_SENTENCE}]))[ \t]*[(]{_ORDINAL}[)][ \t]*$")
_LISTED = re.compile(rf"(?:^|(?<=[{_NEW_SENTENCE}]))[ \t]*(?:[(]{_ORDINAL}[)]|{_ORDINAL}[、.)])[ \t]*$")
_SHORTEST_TITLE = 4
_BREAKS = _NEW_SENTENCE + ",，、 \t\u3000"


def split_paragraph(text: str, numbers: Collection[int]) -> list[ReportLine]:
    """The reports in a pasted text, in its order: only tasks of `numbers`; [] when it names none.

    A sentence about the rest (其余无变化) is left out: `rest_in` reads it. Refuses percent_range (percent).
    """
    plain = normalise(text)
    starts = [at for at in _sentence_starts(plain) if (head := head_at(plain, at)) and head.number in numbers]
    lines: list[ReportLine] = []
    for start, end in pairwise([*starts, len(plain)]):
        chunk = _LIST_ORDINAL.sub("", without_rest(text[start:end]))
        several = _several(chunk, numbers)
        if several is not None:
            lines += [line for line in several if line.number in numbers]
        elif (line := read_report_line(chunk, numbers)) is not None:
            lines.append(line)
    return lines


def numbered_by_title(text: str, titles: Mapping[int, str]) -> str:
    """The text with 第N项 before each title that begins a sentence: Word paragraphs name tasks by their titles.

    A title of two tasks, or a very short one, names none.
    """
    plain = normalise(text)
    found: list[tuple[int, int]] = []
    known = [normalise(title) for title in titles.values()]
    for number, title in titles.items():
        name = normalise(title)
        if len(name) < _SHORTEST_TITLE or known.count(name) > 1:
            continue
        for start in (match.start() for match in re.finditer(re.escape(name), plain)):
            before = _LISTED.sub("", plain[:start]).rstrip(" \t\u3000")
            if not before or before[-1] in _NEW_SENTENCE:
                found.append((start, number))
    for start, number in sorted(found, reverse=True):
        text = f"{text[:start]}第{number}项 {text[start:]}"
    return text


def alike(text: str, titles: Mapping[int, str]) -> list[int]:
    """The tasks whose titles share most with the text, two characters or more: 清淤完成 is like 独流减河清淤."""
    said = _pairs(text)
    shared = {number: len(said & _pairs(title)) for number, title in titles.items()}
    most = max(shared.values(), default=0)
    return [number for number, count in shared.items() if count == most] if most else []


def _pairs(text: str) -> set[str]:
    words = re.findall(r"[一-鿿]+", normalise(text))
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}


def _sentence_starts(plain: str) -> Iterator[int]:
    """Where a task may begin: a new sentence, or after a comma what clearly is a task."""
    for at, char in enumerate(plain):
        if char in _BREAKS or char.isspace() or (at and plain[at - 1] not in (*_BREAKS, ")")):
            continue
        before = _LISTING.sub("", plain[:at]).rstrip(" \t\u3000")
        head = head_at(plain, at)
        if head is None or (not head.firm and _is_listed(plain, head.end)):
            continue
        if not before or before[-1] in _NEW_SENTENCE or (before[-1] in ",，" and _is_clear(plain, at)) or head.firm:
            yield at


def _is_listed(plain: str, at: int) -> bool:
    """1、第7项…: the list's own numbering, the firm number counts."""
    following = head_at(plain, _skip(plain, at))
    return following is not None and following.firm


def _is_clear(plain: str, at: int) -> bool:
    """Whether a task stands here beyond doubt: 第12项, #12, or a number with its percentage or 无变化."""
    head = head_at(plain, at)
    if head is None:
        return False
    start = _skip(plain, head.end)
    return head.firm or bool(_PERCENT_NEXT.match(plain, start) or UNCHANGED.match(plain, start))


def _names_another(plain: str) -> bool:
    """Whether a second task is spoken of: the line is a paragraph."""
    return any(_is_clear(plain, at) for at in list(_sentence_starts(plain)) if plain[:at].strip(BETWEEN))


def _several(text: str, own: Collection[int] | None = None) -> list[ReportLine] | None:
    """`12、13 无变化`, `7、12项均完成60%`: the same said of several tasks; None when it is no such line.

    Numbers parted by blanks only (12 3 60%) may be something else: with `own`, all must be among them.
    """
    plain = normalise(text)
    found = _SEVERAL.match(plain)
    if found is None:
        return None
    start = _skip(plain, found.end())
    if not is_unchanged(plain[start:]) and not _OF_ALL.match(plain, start):
        return None
    numbers = [int(number) for number in re.findall(r"\d{1,5}", found[0])]
    if own is not None and not re.search("[、,和及&]", found[0]) and not set(numbers) <= set(own):
        return []
    content = _content(text[start:], plain[start:])
    return [replace(content, number=number) for number in dict.fromkeys(numbers)]


def without_rest(text: str) -> str:
    """The text without its sentences about the rest (其余无变化), which `rest_in` reads."""
    kept = re.split(rf"(?<=[{_NEW_SENTENCE}])", text)
    return "".join(part for part in kept if rest_unchanged(part) is None)
