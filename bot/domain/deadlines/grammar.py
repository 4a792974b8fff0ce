"""Reading a deadline phrase as a practitioner would, and asking where a practitioner would.

The way of a phrase: `normal.normalise` → `tokens.tokenise` → `walk.Walk` → the reading chosen here. The rules are
those of domain.md §2; a phrase that holds anything like a time that was not understood is never half-read.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from bot.domain.deadlines import lexicon
from bot.domain.deadlines.days import Frame
from bot.domain.deadlines.normal import normalise
from bot.domain.deadlines.reading import Note, Reading, Unclear
from bot.domain.deadlines.stages import BRACKETS, Draft, build_stages
from bot.domain.deadlines.tokens import Word, WordKind, tokenise
from bot.domain.deadlines.walk import Walk
from bot.domain.workdays import Workdays

LONGEST_PHRASE = 2000


def read_deadline(text: str, base: date, calendar: Workdays) -> Reading:
    """The reading of one phrase in a document dated `base`. Never raises: what is unclear comes back as *ask*."""
    if len(text) > LONGEST_PHRASE:
        return Reading("ask", note="too_long", fragment=text[:40])
    return read_normal(normalise(text), Frame(base, calendar))[0]


def read_normal(text: str, frame: Frame) -> tuple[Reading, Frame]:
    """The reading of a normalised phrase that stands in `frame`, and the frame after it."""
    if lexicon.MISSING.fullmatch(text):
        return Reading("ask", note="missing", fragment=text), frame
    walk = Walk(frame)
    walk.run(tokenise(text))
    return _reading(walk, text), walk.frame


def _reading(walk: Walk, text: str) -> Reading:
    ongoing, soft = bool(walk.upkeep), "soft" in walk.kinds
    if ongoing and not walk.drafts and {ask.note for ask in walk.asks} == {"status"}:
        # 已于2020年底完成，长期坚持: done once, kept up since.
        return Reading("ongoing", ongoing=True, soft=soft, note="status", fragment=walk.asks[0].fragment)
    asks = walk.asks or _contradictions(walk)
    if asks:
        ask = next((ask for ask in asks if ask.choices), asks[0])
        return Reading("ask", ongoing=ongoing, soft=soft, choices=ask.choices, note=ask.note, fragment=ask.fragment)
    if walk.drafts:
        return _dated(walk, ongoing, soft)
    return _undated(walk, ongoing, soft, text)


def _dated(walk: Walk, ongoing: bool, soft: bool) -> Reading:
    note, fragment = _note(walk, soft)
    stages = build_stages(walk.drafts)
    due = stages[-1].due
    if len(stages) == 1:
        return Reading("date", due, ongoing=ongoing, soft=soft, note=note, fragment=fragment)
    return Reading(
        "staged",
        due,
        tuple(stage.due for stage in stages),
        tuple(stage.quantity for stage in stages),
        tuple(stage.label for stage in stages),
        ongoing=ongoing,
        soft=soft,
        note=note,
        fragment=fragment,
    )


def _note(walk: Walk, soft: bool) -> tuple[Note, str]:
    """The weightiest thing a person should know about a date that was read."""
    past = [draft.text for draft in walk.drafts if draft.due < walk.frame.base]
    notes = dict(reversed(walk.notes))
    found: list[tuple[Note, str | None]] = [
        ("workdays_unknown", notes.get("workdays_unknown")),
        ("past", past[0] if past else None),
        ("status", walk.kinds.get("status")),
        ("relative", notes.get("relative")),
        ("holiday", notes.get("holiday")),
        ("season_local", notes.get("season_local")),
        ("rhythm", walk.kinds.get("rhythm")),
        ("soft", walk.kinds.get("soft") if soft else None),
        ("immediate", walk.kinds.get("immediate")),
        ("year_assumed", notes.get("year_assumed")),
    ]
    return next(((note, fragment) for note, fragment in found if fragment), ("", ""))


def _undated(walk: Walk, ongoing: bool, soft: bool, text: str) -> Reading:
    """A phrase without a day: the manner decides, and a word that leaves the day open outweighs upkeep."""
    kinds = walk.kinds
    at_once = kinds.get("immediate") or (kinds.get("now") if not ongoing and "rhythm" not in kinds else None)
    if at_once:
        return Reading("immediate", ongoing=ongoing, soft=soft, note="immediate", fragment=at_once)
    if "vague" in kinds:
        return Reading("ask", ongoing=ongoing, soft=soft, note="vague", fragment=kinds["vague"])
    if ongoing:
        known: Note = "status" if "status" in kinds else "upkeep"
        return Reading("ongoing", ongoing=True, soft=soft, note=known, fragment=kinds.get(known, ""))
    if "rhythm" in kinds:
        return Reading("recurring", soft=soft, note="rhythm", fragment=kinds["rhythm"])
    if walk.starts:
        return Reading("ask", soft=soft, note="start_only", fragment=walk.starts[0].text)
    asked: tuple[tuple[WordKind, Note], ...] = (
        ("extended", "extended"),
        ("status", "status"),
        ("slogan", "slogan"),
        ("weak", "vague"),
    )
    for kind, note in asked:
        if kind in kinds:
            return Reading("ask", soft=soft, note=note, fragment=kinds[kind])
    return Reading("ask", soft=soft, note="no_time", fragment=text)


def _contradictions(walk: Walk) -> list[Unclear]:
    """Dates that cannot all hold: an extension, 或, 最迟 beside a first date, a second date in brackets."""
    days = tuple(draft.due for draft in walk.drafts)
    if not days:
        return []
    several = len(set(days)) > 1
    for kind, holds in (("extended", True), ("alternative", True), ("latest", several)):
        if kind in walk.kinds and holds:
            return [Unclear("extended" if kind == "extended" else "alternatives", walk.kinds[kind], days)]
    yearly = "年" in walk.kinds.get("rhythm", "")
    if yearly and not all(draft.names_year for draft in walk.drafts):
        return [Unclear("rhythm_or_date", walk.kinds["rhythm"], days)]
    return _collisions(walk.drafts)


def _collisions(drafts: Sequence[Draft]) -> list[Unclear]:
    """Two different dates with nothing but a bracket between them, where the second names no work of its own."""
    found = []
    for first, second in pairwise(drafts):
        if any(isinstance(token, Word) and token.kind == "soft" for token in first.after):
            continue  # 2021年底前（力争10月底前）: an aim before the date
        between = "".join(token.text for token in first.after)
        if not second.stuck or first.listed or first.due == second.due or between.strip(BRACKETS + "即:"):
            continue
        if "(" not in between or not second.label:
            found.append(Unclear("conflict", first.text + between + second.text, (first.due, second.due)))
    return found
