"""The slow part of an import, in transactions of its own: no other chat waits while a file is read.

Only the writing of the ledger holds the database, once, for as long as the rows take.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from bot.documents.plan_files import read_plan_file
from bot.domain.drafting import Draft, draft_plan
from bot.domain.importing import KEPT, ImportDraft, texts_of
from bot.domain.people import Member
from bot.domain.periods import Office
from bot.domain.plan_rows import Sheet
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.store import imports
from bot.store.collector import uncollected
from bot.store.engine import Store
from bot.store.people import member_by_id
from bot.usecases import import_draft, import_screens
from bot.usecases.act import Act
from bot.usecases.correction import correct_from_file
from bot.usecases.import_facts import ASKED, of_added, to_ask, understood
from bot.usecases.import_plan import apply, plan_reminders
from bot.usecases.import_rows import packed, unpacked
from bot.usecases.import_saying import show, show_progress
from bot.usecases.import_screens import Screen
from bot.usecases.open_questions import count_open, first_open
from bot.usecases.plan_draft import Comparison, compare

log = logging.getLogger(__name__)
MOST_TRIES = 3
PAUSE = 0.02
AT_ONCE = 25  # tasks whose reminders are planned in one transaction


class ImportWork:
    """Reads and writes drafts, in the thread that calls. `draft`s are those of `next`."""

    def __init__(self, store: Store, office: Office, registry: Registry, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._office = office
        self._registry = registry
        self._clock = clock

    def next(self) -> ImportDraft | None:
        """The draft that waits for its file to be read or written; those nobody touches any more end meanwhile."""
        now = self._clock()
        with self._store.reading() as session:
            work, old = imports.look(session, now - KEPT)
            draft = session.get(ImportDraft, work) if work is not None else None
        for draft_id in old:
            self._expire(draft_id)
        return draft

    def _expire(self, draft_id: int) -> None:
        with self._store.writing() as session:
            draft = session.get(ImportDraft, draft_id)
            act = self._act(session, draft)
            if draft is not None and imports.change(session, draft, **import_draft.ended("expired", act)):
                show(act, draft, Screen("import_expired", {"name": draft.name, "days": KEPT.days}, []), anew=True)

    def _act(self, session: Session, draft: ImportDraft | None) -> Act:
        member: Member | None = member_by_id(session, draft.member_id) if draft else None
        return Act(session, self._office, self._clock(), member, cause=f"import:{draft.id}" if draft else "")

    def tell(self, draft: ImportDraft, stage: str, done: int, of: int) -> None:
        """How far the reading is, in the one message it has; nothing while that is still on its way."""
        with self._store.writing() as session:
            row = session.get(ImportDraft, draft.id)
            if row is not None and row.version == draft.version:
                show_progress(self._act(session, row), row, import_screens.reading(row, stage, done, of), done)

    def read(self, draft: ImportDraft, data: bytes, progress: Callable[[str, int, int], None]) -> None:
        """The draft asks its questions, or can be confirmed, or says why it cannot be read.

        `data` is the file, b"" where its words were pasted or it was read before. `progress(stage, done, of)`.
        """
        try:
            sheets = self._sheets(draft, data, lambda done, of: progress("read", done, of))
            progress("draft", 0, 0)
            with uncollected():
                made = draft_plan(sheets, self._registry, self._office.calendar, issued=_day(draft))
        except Refusal as refusal:
            if refusal.reason == "no_issue_date":
                self._ask_issued(draft, sheets, data)
            else:
                self.refuse(draft, refusal.reason, refusal.facts)
            return
        self._understood(draft, made, sheets, data)

    def _sheets(self, draft: ImportDraft, data: bytes, progress: Callable[[int, int], None]) -> list[Sheet]:
        if draft.sheets:
            return unpacked(draft.sheets)
        name = draft.name if data else f"{draft.name}.txt"
        return read_plan_file(data or draft.source.get("text", "").encode(), name, progress)

    def _ask_issued(self, draft: ImportDraft, sheets: list[Sheet], data: bytes) -> None:
        with self._store.writing() as session:
            row = session.get(ImportDraft, draft.id)
            fields = {"state": "asking", "sheets": packed(sheets), "sha256": _hash(draft, data)}
            if row is not None and row.version == draft.version and imports.change(session, row, **fields):
                show(self._act(session, row), row, import_screens.screen(row))

    def _understood(self, draft: ImportDraft, made: Draft, sheets: list[Sheet], data: bytes) -> None:
        sha256 = _hash(draft, data)
        self._await_sent(draft)
        with self._store.reading() as session:
            act = self._act(session, draft)
            against = compare(act, made)
            facts = understood(act, made, against) | {"against": asdict(against) | {"added": len(against.added)}}
            questions = to_ask(made, against)
        rows = packed(sheets)
        with self._store.writing() as session:
            row = session.get(ImportDraft, draft.id)
            act = self._act(session, row)
            if row is None or row.version != draft.version or row.state != "reading":
                return  # it was cancelled meanwhile
            other = import_draft.same_of_others(act, "", sha256)
            if other is not None:
                self._end_for(act, row, other)
            elif not (facts["added"] or facts["wording"]):
                imports.change(session, row, **import_draft.ended("cancelled", act))
                show(act, row, Screen("import_nothing_new", {**facts, "name": row.name}, []))
            else:
                fields = {"sha256": sha256, "sheets": rows, "facts": facts, "questions": questions}
                imports.change(session, row, state="asking", touched_at=act.now, **fields)
                show(act, row, import_screens.summary(row, import_draft.of_others(act)))

    def _end_for(self, act: Act, row: ImportDraft, other: ImportDraft) -> None:
        """The very same file is under way with another clerk: this draft gives way to that one."""
        imports.change(act.session, row, **import_draft.ended("cancelled", act))
        show(act, row, under_way(act, other))

    def _await_sent(self, draft: ImportDraft) -> None:
        """The message to rewrite is just being sent: its id is worth a moment, else it would stay as it is for good."""
        for _ in range(20):
            with self._store.reading() as session:
                row = session.get(ImportDraft, draft.id)
                if row is None or not imports.on_its_way(session, row.shown):
                    return
            time.sleep(0.1)

    def refuse(self, draft: ImportDraft, reason: str, facts: dict[str, Any]) -> None:
        """It cannot be read: why, in one line. Of a document with a mark of secrecy nothing is kept."""
        self._await_sent(draft)
        with self._store.writing() as session:
            row = session.get(ImportDraft, draft.id)
            if row is None or row.version != draft.version:
                return
            act = self._act(session, row)
            if reason == "plan_secret":
                imports.forget_words(session, row.source.get("inbox", []))
            imports.change(session, row, **import_draft.ended("refused", act))
            told = {"own": [], "understood": "", "command": "", **facts}
            show(act, row, Screen("import_refused", {"name": row.name, "reason": reason, "facts": told}, []))

    def write(self, draft: ImportDraft) -> None:
        """What was confirmed stands on the ledger, once, or the clerk is shown what has changed since."""
        with uncollected():
            made = self._made(draft)
            with self._store.writing() as session:
                row = session.get(ImportDraft, draft.id)
                if row is None or row.state != "writing" or row.version != draft.version:
                    return
                act = self._act(session, row)
                against = compare(act, made)
                if asdict(against) | {"added": len(against.added)} != row.facts["against"]:
                    self._show_anew(act, row, made, against)
                else:
                    self._write(act, row, made, against)

    def _made(self, draft: ImportDraft) -> Draft:
        sheets = unpacked(draft.sheets)
        return draft_plan(sheets, self._registry, self._office.calendar, issued=_day(draft), answers=texts_of(draft))

    def _show_anew(self, act: Act, row: ImportDraft, made: Draft, against: Comparison) -> None:
        facts = understood(act, made, against) | {"against": asdict(against) | {"added": len(against.added)}}
        if not (facts["added"] or facts["wording"]):
            imports.change(act.session, row, **import_draft.ended("cancelled", act))
            show(act, row, Screen("import_nothing_new", {**facts, "name": row.name}, []))
            return
        keys = {question["key"] for question in to_ask(made, against)}
        questions = [question for question in row.questions if question["key"] in keys]
        imports.change(act.session, row, state="asking", touched_at=act.now, facts=facts, questions=questions)
        show(act, row, import_screens.ready(row, moved=True))

    def _write(self, act: Act, row: ImportDraft, made: Draft, against: Comparison) -> None:
        numbers = apply(act, made, against, self._registry, reminders=False)
        corrected: dict[str, Any] = {"corrected": [], "not_corrected": []}
        if row.reason:
            corrected = correct_from_file(act, made, against.changed, row.reason)
        open_here = [q for q in of_added(made, against) if q.answer is None]
        written = {
            "numbers": numbers,
            "measures": sum(len(made.tasks[index].measures) for index in against.added),
            "answered": len([q for q in row.answers.values() if "text" in q]),
            "open": len(open_here),
            "asked": len([q for q in open_here if q.kind in ASKED]),
            **corrected,
        }
        facts = row.facts | {"written": written}
        imports.change(act.session, row, state="planning", facts=facts, sheets=b"", source={}, attempts=0)

    def plan(self, draft: ImportDraft) -> None:
        """The reminders of what was written are planned, some tasks at a time so that others get their turn; then the
        clerk is told that all is done."""
        numbers = draft.facts["written"]["numbers"]
        for at in range(0, len(numbers), AT_ONCE):
            with self._store.writing() as session:
                plan_reminders(self._act(session, draft), numbers[at : at + AT_ONCE])
            # SQLite's one writer goes to whoever asks first: let it be somebody else.
            time.sleep(PAUSE)
        self._await_sent(draft)
        with self._store.writing() as session:
            row = session.get(ImportDraft, draft.id)
            if row is None or row.state != "planning" or row.version != draft.version:
                return
            act = self._act(session, row)
            written = row.facts["written"]
            told = {"tasks": len(numbers), "first": min(numbers, default=0), "last": max(numbers, default=0)}
            facts = written | told | {"name": row.name, "plan": row.facts["plan"]}
            imports.change(session, row, **import_draft.ended("done", act))
            buttons: list[list[list[Any]]] = []
            if written["asked"] and (first := first_open(act, numbers)):
                buttons = [[["open_questions", f"import:asked:{first - 1}", {"count": count_open(act)}]]]
            show(act, row, Screen("import_written", facts, buttons))

    def stumbled(self, draft: ImportDraft, error: Exception) -> None:
        """One failure more; after a few the clerk is told, and the draft waits as it was."""
        log.error("import %s failed (try %d)", draft.id, draft.attempts + 1, exc_info=error)
        with self._store.writing() as session:
            row = session.get(ImportDraft, draft.id)
            if row is None or row.version != draft.version:
                return
            act = self._act(session, row)
            if row.attempts + 1 < MOST_TRIES:
                imports.change(session, row, attempts=row.attempts + 1)
            elif row.state == "planning":
                # It stands on the ledger: the reminders are tried for until they stand there too.
                imports.change(session, row, attempts=row.attempts + 1)
            elif row.state == "writing":
                imports.change(session, row, state="asking", attempts=0)
                show(act, row, Screen("import_failed", {"name": row.name}, import_screens.confirming(row)))
            else:
                imports.change(session, row, **import_draft.ended("refused", act))
                show(act, row, Screen("import_failed", {"name": row.name}, []))


def under_way(act: Act, other: ImportDraft) -> Screen:
    """Another clerk has the very same file in hand: it can be taken over."""
    facts = import_draft.progress_of(act, other)
    return Screen("import_under_way", facts, [[["import_take", f"import:take:{other.id}:0"]]])


def _day(draft: ImportDraft) -> date | None:
    return date.fromisoformat(draft.issued) if draft.issued else None


def _hash(draft: ImportDraft, data: bytes) -> str:
    return import_draft.hash_of(data) if data else draft.sha256
