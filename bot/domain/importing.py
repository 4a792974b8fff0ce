"""A plan being imported by conversation: one draft at a time for a clerk, kept until it is confirmed, ended or old.

Nothing of it stands on the ledger before it is confirmed. State: collecting (words are pasted piece by piece) →
reading → asking → writing → planning (reminders of what was written) → done; or ended: cancelled, expired, refused (the
file cannot be read).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

from bot.domain.columns import foreign_number, json_list, json_object, key, maybe_moment, moment
from bot.domain.people import Member
from bot.domain.refusal import Refusal
from bot.domain.row import Row

LIVE = ("collecting", "reading", "asking", "writing", "planning")
# What waits for the slow work.
TO_DO = ("reading", "writing", "planning")
# A plan is imported in a sitting or two; what nobody has touched for three days is not worth taking up again.
KEPT = timedelta(days=3)


class ImportDraft(Row, table=True):
    """`source`: where the file lies ("file_id") or the pasted words ("text"); `sheets` what was read, packed.

    `issued`: the day of issue a person gave. `facts`: what was understood, as the words show it. `questions`: what
    must be asked, with its `key`; `answers`: key → {"text"} | {"open": true} (PostgreSQL keeps no order). `picked`:
    the choices ticked so far. `shown`: the outbox key of the message that is rewritten as things go on. `version`
    grows with every step; a button of an earlier one is stale.
    """

    __tablename__ = "import_draft"
    __table_args__ = (
        Index(
            "ix_import_draft_live",
            "member_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = key()
    member_id: int = Field(foreign_key="member.id")
    chat_id: int = foreign_number()
    name: str
    source: dict[str, Any] = json_object()
    sha256: str = ""
    issued: str = ""
    state: str
    sheets: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    facts: dict[str, Any] = json_object()
    questions: list[dict[str, Any]] = json_list()
    answers: dict[str, Any] = json_object()
    picked: list[str] = json_list()
    reason: str = ""
    shown: str = ""
    attempts: int = 0
    started_at: datetime = moment()
    touched_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()
    version: int = 1


def require_live(draft: ImportDraft | None, member: Member, by: str, now: datetime, version: int | None) -> ImportDraft:
    """The draft a button or an answer is about. `by`: the clerk it belongs to now; `version`: the button's own.

    Refusals: import_gone, import_done, import_ended, import_old, import_taken_over, import_writing, import_stale.
    """
    if draft is None:
        raise Refusal("import_gone")
    if draft.state in ("done", "planning"):
        raise Refusal("import_done", name=draft.name, by=by)
    if draft.state not in LIVE:
        raise Refusal("import_old" if draft.state == "expired" else "import_ended", name=draft.name)
    if draft.member_id != member.id:
        raise Refusal("import_taken_over", name=draft.name, by=by)
    if draft.state == "writing":
        raise Refusal("import_writing", name=draft.name)
    if is_old(draft, now):
        raise Refusal("import_old", name=draft.name)
    if version is not None and version != draft.version:
        raise Refusal("import_stale", name=draft.name)
    return draft


def is_old(draft: ImportDraft, now: datetime) -> bool:
    """Nobody has touched it for so long; what is being read or written is never old."""
    return draft.state in ("collecting", "asking") and now - draft.touched_at > KEPT


def next_question(draft: ImportDraft) -> dict[str, Any] | None:
    """The first question without an answer."""
    return next((question for question in draft.questions if question["key"] not in draft.answers), None)


def texts_of(draft: ImportDraft) -> dict[str, str]:
    """The answers as the reader of a plan takes them (bot.domain.drafting.answers)."""
    return {key: given["text"] for key, given in draft.answers.items() if "text" in given}
