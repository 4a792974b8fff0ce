"""A day that a measure's own sentence names: 一标段清淤，2021年底前完成.

The deadline belongs to the measure (domain.md §2), also where the plan writes it into the words of the measure and not
into a bracket or a column. Only a clause that says by when is taken; a year of the work (2020年发现的问题) is not.
"""

import re
from dataclasses import dataclass, replace

from bot.domain.deadlines import Reading
from bot.domain.drafting.reads import Reads

_CLAUSE = re.compile(r"[^；;，,。\n]+")
_BRACKET = re.compile(r"[（(【〔\[《][^（()）【】〔〕\[\]《》]*[）)】〕\]》]")
_NUMBER = r"[0-9０-９〇○零一二三四五六七八九十]"
_PERIOD = (
    rf"(?:{_NUMBER}{{2,4}}\s*年\s*"
    rf"(?:{_NUMBER}{{1,3}}\s*月份?\s*(?:{_NUMBER}{{1,3}}\s*[日号]|[上中下]旬)?|第?{_NUMBER}\s*季度|[上下]半年|年)?"
    r"|(?:今年|明年|当年|年|本?月)(?=[底末])|“?十[一二三四五六七八九]五”?"
    rf"|{_NUMBER}{{1,3}}\s*月份?\s*(?:{_NUMBER}{{1,3}}\s*[日号])?)"
)
_MANNER = r"(?:力争|争取|原则上|确保|务必|计划|预计|拟|最迟|并|其中|[于在到至])*"
_BY = re.compile(rf"(?:^|(?<=[于在到至])){_MANNER}\s*{_PERIOD}\s*(?:[底末]\s*(?:[之以]?前)?|[之以]?前)(?!期)")
_FINISHED = re.compile(r"前已|建成的|投产的|形成的|备案的|存在的|之前的|以前的")
_UPKEEP = re.compile(r"并?(?:长期坚持|持续(?:推进|巩固|坚持|整改)|常态化(?:推进|坚持|开展)|立行立改)")


@dataclass(frozen=True, slots=True)
class Spoken:
    """`phrase`: the clauses that say by when, in the measure's words; `for_all`: they are its whole deadline, no work
    without a date comes after them."""

    phrase: str
    for_all: bool


def spoken_deadline(text: str) -> Spoken | None:
    """What the sentence itself says of its deadline; None when it says nothing of the kind."""
    clauses = [clause.strip() for clause in _CLAUSE.findall(_BRACKET.sub("", _BRACKET.sub("", text))) if clause.strip()]
    found: list[str] = []
    waiting = ""  # 2021年底前，完成清淤: the work stands in the next clause
    for_all = True
    for clause in clauses:
        by = _BY.search(clause)
        if by and not _FINISHED.search(clause, by.start()):
            found.append(clause[by.start() :])
            waiting, for_all = found[-1] if by.end() == len(clause) else "", True
        elif _UPKEEP.fullmatch(clause):
            found.append(clause)
        elif waiting:
            found[-1], waiting = f"{waiting}，{clause}", ""
        else:
            for_all = False
    return Spoken("，".join(found), for_all) if found else None


def own_reading(spoken: Spoken, phrase: str, shared: Reading | None, reads: Reads) -> tuple[str, Reading] | None:
    """(phrase, reading) of a measure whose sentence names a day beside `shared`, the reading of `phrase` in a cell that
    holds for several; None when the cell's stays. A day after the cell's is a contradiction, and asked."""
    own = reads.deadline(spoken.phrase)
    if shared is None or shared.kind == "ask":
        useful = own.kind != "ask" or own.choices
        return (spoken.phrase, own) if useful else None
    if own.due is None:
        return None
    if shared.due is not None and own.due > shared.due:
        days = (shared.due, own.due)
        return f"{spoken.phrase}；{phrase}", Reading("ask", choices=days, note="conflict", fragment=spoken.phrase)
    if spoken.for_all or shared.due in (None, own.due):
        return spoken.phrase, replace(own, ongoing=own.ongoing or shared.ongoing)
    both = f"{spoken.phrase}；{phrase}"
    return both, reads.deadline(both)
