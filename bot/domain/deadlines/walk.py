"""A walk along the tokens of a phrase that gathers its dates, its manner and what must be asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain.deadlines import lexicon
from bot.domain.deadlines.days import Frame, Period, resolve
from bot.domain.deadlines.leftovers import hides_time
from bot.domain.deadlines.lists import share_edges, years_apart
from bot.domain.deadlines.mentions import Mention, due_of
from bot.domain.deadlines.reading import Note, Unclear
from bot.domain.deadlines.spans import Span
from bot.domain.deadlines.stages import BRACKETS, Draft
from bot.domain.deadlines.tokens import Figure, Riddle, Token, Word

STRONG = ";。!?"
DONE_ON = re.compile(r"已经?(?:于|在)$")
DONE = re.compile(rf"(?:{lexicon.STATUS.pattern})\($", lexicon.STATUS.flags)
ABOUT = re.compile(r"大?约|大概|左右$")
NEARLY = re.compile(r"(?:约|近|大概)$")
PART = re.compile(r"其中|力争|争取|先|\(")
UNTIL = re.compile(r"[至到]$")
HENCEFORTH = re.compile(r"(?:[之以此今]后|及以后)$")


@dataclass(slots=True)
class Walk:
    """What was gathered so far; `frame` moves along with the years and days that were named."""

    frame: Frame
    drafts: list[Draft] = field(default_factory=list)
    asks: list[Unclear] = field(default_factory=list)
    notes: list[tuple[Note, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)  # kind of word -> its first occurrence
    starts: list[Mention] = field(default_factory=list)
    anchor: date | None = None  # 自2021年6月1日起: what a span right after it counts from
    current: Draft | None = None
    lead: list[Token] = field(default_factory=list)  # clauses of this sentence that wait for a date
    clause: list[Token] = field(default_factory=list)  # this clause, as long as it has no date
    dated: bool = False  # this clause has a date
    in_rhythm: bool = False  # 每月5日前: its days are no deadline
    upkeep: list[Token] = field(default_factory=list)

    def run(self, tokens: Sequence[Token]) -> None:
        tokens, joined = share_edges(years_apart(tokens))
        for index, token in enumerate(tokens):
            neighbours = (tokens[index - 1] if index else None, tokens[index + 1] if index + 1 < len(tokens) else None)
            try:
                self._take(token, index in joined, neighbours)
            except Unclear as unclear:
                self._ask(unclear, token)
            except (OverflowError, ValueError):
                # Beyond the calendar's first or last year.
                self._ask(Unclear("impossible", token.text), token)
        self._end_clause()

    def _ask(self, unclear: Unclear, token: Token) -> None:
        self.asks.append(unclear)
        self.current, self.clause, self.lead, self.dated, self.anchor = None, [], [], True, None
        if isinstance(token, Mention) and token.point.year is not None:
            self.frame = replace(self.frame, year=token.point.year)

    def _take(self, token: Token, joined: bool, neighbours: tuple[Token | None, Token | None]) -> None:
        match token:
            case Riddle():
                raise token.unclear
            case Mention() | Span() if self.in_rhythm:
                self._text(token)
            case Mention():
                self._mention(token, joined, neighbours)
            case Span():
                self._span(token, neighbours)
            case Word(kind="mark"):
                self._mark(token, joined)
            case Word() if not joined:
                self._word(token, neighbours)
            case Figure():
                self._text(token)

    def _mark(self, mark: Word, joined: bool) -> None:
        if mark.text == "、":
            if not joined:
                self._text(mark)
            return
        self._end_clause()
        self.in_rhythm, self.anchor = False, None
        if mark.text in STRONG:
            self.current, self.lead = None, []
        elif self.lead:
            self.lead.append(mark)

    def _end_clause(self) -> None:
        if not self.current:
            self.lead += self.clause
        elif not self.current.label and not any(token in self.upkeep for token in self.clause):
            # 2021年底前，完成方案编制: the work may stand in the next clause.
            self.current.after += self.clause
        self.clause, self.dated = [], False

    def _text(self, token: Token) -> None:
        if self.dated and self.current:
            self.current.after.append(token)
        elif not self.dated:
            self.clause.append(token)

    def _here(self) -> str:
        """The words of this clause since its last date."""
        tokens = self.current.after if self.dated and self.current else self.clause
        return "".join(token.text for token in tokens)

    def _word(self, word: Word, neighbours: tuple[Token | None, Token | None]) -> None:
        if word.kind == "plain" and not self.in_rhythm:
            self._check(word, neighbours)
        if word.kind == "rhythm":
            self.in_rhythm = True
        if word.kind == "upkeep" or (word.kind == "work" and not self.dated):
            self.upkeep.append(word)
        if word.kind == "alternative" and not any(isinstance(token, Mention | Span) for token in neighbours):
            return self._text(word)
        if word.kind == "not_before":
            raise Unclear("unread", word.text)
        self.kinds.setdefault(word.kind, word.text)
        return self._text(word)

    def _check(self, word: Word, neighbours: tuple[Token | None, Token | None]) -> None:
        """Nothing that looks like a time may go by unread."""
        before, after = neighbours
        # 交办之日起15日内: the span after it decides what the event means.
        text = word.text
        if isinstance(after, Word) and after.kind in ("rhythm", "upkeep"):
            text = HENCEFORTH.sub("", text)
        if isinstance(after, Span):
            text = lexicon.AFTER_EVENT.sub("", text)
        elif isinstance(after, Mention):
            text = lexicon.FROM_EVENT_TO.sub("", text)
        if isinstance(before, Mention) and before.bare and lexicon.SEASON_AFTER_DATE.match(word.text):
            if self.current and self.drafts and self.drafts[-1] is self.current:
                self.drafts.pop()
            raise Unclear("season", before.text + word.text)
        is_due = isinstance(before, Mention) and before.bare and self.drafts and self.drafts[-1].text == before.text
        if is_due and lexicon.FOUND_THEN.match(word.text):
            raise Unclear("unread", self.drafts[-1].text + word.text)
        if hides_time(text):
            at_event: Note = "event" if lexicon.BEFORE_EVENT.search(text) else "unread"
            raise Unclear("season" if lexicon.SEASON.search(text) else at_event, word.text.strip(BRACKETS))

    def _mention(self, mention: Mention, joined: bool, neighbours: tuple[Token | None, Token | None]) -> None:
        if self._is_start(mention, neighbours[1]):
            return self._start(mention)
        if mention.side == "after":
            raise Unclear("after", mention.text)
        here = self._here()
        # 2022年底前完成，其中6月底前完成一期: a part may come before the whole.
        frame = replace(self.frame, due=None) if PART.search(here) else self.frame
        due, period = due_of(mention, frame)
        following = neighbours[1].kind if isinstance(neighbours[1], Word) else ""
        done = due < self.frame.base and mention.side != "front" and (following == "status" or DONE.search(here))
        if DONE_ON.search(here) or done:
            raise Unclear("status", here + mention.text, (due,))
        if ABOUT.search(here):
            raise Unclear("approximate", here + mention.text, (due,))
        if self.dated and here.strip(BRACKETS) and frame.due and due < frame.due:
            # 2022年底前完成2020年问题整改: a year of the work, not of the deadline, surely so before the document.
            if mention.bare and period.last < frame.base:
                return self._text(Word("content", mention.text))
            if mention.bare or period.last < frame.base:
                raise Unclear("unread", mention.text)
        if UNTIL.search(here):
            self.upkeep = [token for token in self.upkeep if token not in self.clause]
        self._note(mention, period)
        self._add(due, mention.text, period, joined, mention.point.names_year)
        return None

    def _is_start(self, mention: Mention, following: Token | None) -> bool:
        """From when, not by when: 自2022年起, 2021年以后长期坚持, and after a date also 2022年持续巩固."""
        if mention.side == "start" or (mention.side == "after" and isinstance(following, Span)):
            return True
        if not isinstance(following, Word) or following.kind != "upkeep":
            return False
        return mention.side == "after" or (mention.bare and bool(self.drafts) and following.text != "持续")

    def _add(self, due: date, text: str, period: Period | None, joined: bool, names_year: bool = True) -> None:
        before = [*self.lead, *self.clause]
        draft = Draft(due, text, before, listed=joined, stuck=self.dated and bool(self.drafts), names_year=names_year)
        self.drafts.append(draft)
        self.current, self.lead, self.clause, self.dated, self.anchor = draft, [], [], True, None
        if period:
            self.frame = self.frame.after(period, due)
        else:
            self.frame = replace(self.frame, year=due.year, month=due.month, due=due)

    def _note(self, mention: Mention, period: Period) -> None:
        if period.assumed:
            self.notes.append(("workdays_unknown", mention.text))
        elif period.grain == "holiday":
            self.notes.append(("holiday", mention.text))
        elif period.grain == "season":
            self.notes.append(("season_local", mention.text))
        elif mention.point.is_relative:
            self.notes.append(("relative", mention.text))
        elif not (self.frame.year or mention.point.names_year or (mention.opening and mention.opening.names_year)):
            self.notes.append(("year_assumed", mention.text))

    def _start(self, mention: Mention) -> None:
        period = resolve(mention.point, self.frame)
        self.starts.append(mention)
        self.anchor = period.last if period.grain == "day" else None
        self.frame = self.frame.after(period, None)
        self.lead, self.clause = [], []

    def _span(self, span: Span, neighbours: tuple[Token | None, Token | None]) -> None:
        previous, following = neighbours
        after = following.text if isinstance(following, Word) else ""
        if re.match(r"左右|上下|前后", after):
            raise Unclear("approximate", span.text, (span.due_from(self.frame.base, self.frame),))
        if (isinstance(previous, Mention) and self.anchor is None) or re.match(r"以上|[之以]?后|起|前(?!期)", after):
            raise Unclear("unread", span.text)
        start = self.anchor or self._event_day(span, after)
        due = span.due_from(start, self.frame)
        written = [draft.due for draft in self.drafts if not draft.counted]
        if NEARLY.search(self._here()):
            raise Unclear("approximate", self._here() + span.text, (due,))
        if written and not self.anchor and not lexicon.KNOWN_EVENT.search(self._here()):
            # 6月底前完成方案，3个月内完成整改: from the document's day, or from that one?
            raise Unclear("conflict", span.text, (due, span.due_from(written[-1], self.frame)))
        if not start.year - 1 <= due.year <= start.year + 45:
            raise Unclear("year_odd", span.text)
        self._add(due, span.text, None, joined=False)
        self.drafts[-1].counted = True
        known = span.unit != "workday" or all(map(self.frame.calendar.knows, range(start.year, due.year + 1)))
        self.notes.append(("relative" if known else "workdays_unknown", span.text))

    def _event_day(self, span: Span, after: str) -> date:
        """The document's own day, unless the span counts from an event that nobody has dated."""
        here = self._here()
        after_event = lexicon.AFTER_EVENT.search(here)
        event = here[: after_event.start()] if after_event else here
        unknown = lexicon.UNKNOWN_EVENT.search(event[-8:] if after_event else event[-4:])
        if unknown or (after_event and not lexicon.KNOWN_EVENT.search(here)):
            raise Unclear("event", here + span.text)
        limited = lexicon.LIMITING.search(here) or not here
        worked = limited and lexicon.LIMITED_WORK.match(after)
        bare_ok = (lexicon.LIMIT.search(here) and not after.strip(BRACKETS)) or worked
        if not (span.closed or after_event or bare_ok):
            # 试运行3个月 is work, 3个月 alone a deadline.
            raise Unclear("unread", here + span.text)
        return self.frame.base
