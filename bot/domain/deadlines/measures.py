"""One cell, several measures: 措施（1）2021年底前，措施（2）（3）2022年6月底前，其余长期坚持.

The deadline belongs to the measure (domain.md §2): each numbered measure gets the reading of its own words.
"""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from bot.domain.deadlines.days import Frame
from bot.domain.deadlines.grammar import LONGEST_PHRASE, read_normal
from bot.domain.deadlines.normal import normalise
from bot.domain.deadlines.numbering import LINK, NUMBERING, numbers_in
from bot.domain.deadlines.reading import Note, Reading
from bot.domain.workdays import Workdays

OTHERS = r"(?:其余|其他|其它|剩余|余下)(?:各项|[0-9]+项|的|整改|措施|任务|事项|部分|均|全部|都)*"
HEAD = re.compile(rf"(?P<numbers>{NUMBERING.pattern})|(?P<others>{OTHERS})")
FOLLOWING = re.compile(rf"(?:{LINK}|措施|和|以及)*")
HAS_TIME = re.compile(r"[0-9]{2,4}年|[0-9]+月|[0-9]{4}[-./]|年[底末内]|长期|持续|立[行即]|个月|工作日|[0-9]日内")

Head = tuple[
    frozenset[int] | None, int, int
]  # the measures named (None = the others), where the naming begins and ends
Section = tuple[frozenset[int] | None, str]  # which measures (None = the others), and their words


def read_measure_deadlines(text: str, base: date, calendar: Workdays, count: int) -> list[Reading] | None:
    """A reading for each measure 1..`count`; None when the phrase does not speak of measures by number.

    A measure that the phrase passes over, and every measure when the phrase numbers more than there are, comes back
    as *ask*: its numbers cannot be trusted.
    """
    phrase = normalise(text)
    heads = _heads(phrase, count)
    named = [number for numbers, _, _ in heads if numbers for number in numbers]
    if len(text) > LONGEST_PHRASE or not named:
        return None
    if max(named) > count:
        # (1)…(2)…(3)… under fewer measures number the steps of one; 措施(3) names a measure that is not there.
        return [_ask("measure_unknown", phrase)] * count if "措施" in phrase else None
    general, sections = _sections(phrase, heads)
    own, others = _read(general, sections, Frame(base, calendar))
    if general and others is None:
        others = read_normal(general, Frame(base, calendar))[0]
    readings = [own.get(number) or others or _ask("measure_unnamed", phrase) for number in range(1, count + 1)]
    return None if all(reading.note in ("missing", "no_time", "measure_unnamed") for reading in readings) else readings


def _ask(note: Note, phrase: str) -> Reading:
    return Reading("ask", note=note, fragment=phrase)


def _read(general: str, sections: list[Section], frame: Frame) -> tuple[dict[int, Reading], Reading | None]:
    """The readings by measure and of the others; a year named for one measure holds for the next."""
    words: dict[int | None, list[str]] = {}
    for numbers, section in sections:
        for number in sorted(numbers) if numbers else [None]:
            words.setdefault(number, []).append(section)
    readings: dict[int | None, Reading] = {}
    if general:
        frame = replace(read_normal(general, frame)[1], due=None)
    for number, parts in words.items():
        readings[number], after = read_normal(";".join(parts), frame)
        frame = replace(after, due=None)
    others = readings.pop(None, None)
    return {number: reading for number, reading in readings.items() if number is not None}, others


def _sections(phrase: str, heads: list[Head]) -> tuple[str, list[Section]]:
    """The words that stand for all measures, and the words of each group of them."""
    lead = phrase[: heads[0][1]]
    clause = re.split(r"[,;。]", lead)[-1]
    aside = lead.endswith("(") and HAS_TIME.match(phrase, heads[0][2])  # 2021年底前完成（措施3长期坚持）
    if HAS_TIME.search(clause) and not clause.endswith("其中") and not aside:
        return "", _trailing(phrase, heads)
    ends = [start for _, start, _ in heads[1:]] + [len(phrase)]
    sections = [(numbers, _strip(phrase[end:stop])) for (numbers, _, end), stop in zip(heads, ends, strict=True)]
    general = _strip(lead.removesuffix("(").removesuffix("其中"))
    return (general if HAS_TIME.search(general) else ""), sections


def _heads(phrase: str, count: int) -> list[Head]:
    """Measures named together, where their naming starts, where it ends: 措施（2）、措施（3） is one naming."""
    heads: list[Head] = []
    for match in HEAD.finditer(phrase):
        numbers = numbers_in(match["numbers"], count) if match["numbers"] else None
        last = heads[-1] if heads else None
        if last and last[0] and numbers and FOLLOWING.fullmatch(phrase, last[2], match.start()):
            heads[-1] = (last[0] | numbers, last[1], match.end())
        else:
            heads.append((numbers, match.start(), match.end()))
    return heads


def _trailing(phrase: str, heads: list[Head]) -> list[Section]:
    """2021年底前完成措施（1）（2），2022年底前完成措施（3）: the words before the naming are its own."""
    starts = [0] + [end for _, _, end in heads]
    sections = [
        (numbers, _strip(phrase[start:end]))
        for (numbers, end, _), (start, _) in zip(heads, pairwise(starts), strict=True)
    ]
    rest = phrase[heads[-1][2] :]
    cut = re.search(r"[,;。]", rest)
    last_numbers, last_words = sections[-1]
    sections[-1] = (last_numbers, last_words + (rest[: cut.start()] if cut else rest))
    tail = _strip(rest[cut.end() :]) if cut else ""
    return [*sections, (None, tail)] if tail else sections


def _strip(words: str) -> str:
    return words.strip(",;:、。")
