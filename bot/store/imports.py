"""Drafts of imports: whose is under way, which has work waiting, which is old."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from bot.domain.importing import TO_DO, ImportDraft
from bot.domain.post import Inbox, Outbox
from bot.store.carry import table_of

DRAFT, OUTBOX, INBOX = table_of(ImportDraft), table_of(Outbox), table_of(Inbox)

_LOOK = (
    select(col(ImportDraft.id), col(ImportDraft.state), col(ImportDraft.touched_at))
    .where(col(ImportDraft.ended_at).is_(None))
    .order_by(col(ImportDraft.touched_at), col(ImportDraft.id))
)


def live(session: Session) -> list[ImportDraft]:
    """Every draft under way, the latest touched last."""
    rows = select(ImportDraft).where(col(ImportDraft.ended_at).is_(None))
    return list(session.exec(rows.order_by(col(ImportDraft.touched_at), col(ImportDraft.id))))


def live_of(session: Session, member_id: int) -> ImportDraft | None:
    """A clerk has one draft under way at most."""
    rows = select(ImportDraft).where(col(ImportDraft.ended_at).is_(None), ImportDraft.member_id == member_id)
    return session.exec(rows.order_by(col(ImportDraft.id).desc())).first()


def look(session: Session, since: datetime) -> tuple[int | None, list[int]]:
    """(the next one whose file is to be read or written, those nobody has touched since): one look, mostly at nothing.

    Asked after every update that was handled: only what is needed of the few that are under way.
    """
    rows = session.connection().execute(_LOOK).all()
    work = next((id_ for id_, state, _ in rows if state in TO_DO), None)
    return work, [id_ or 0 for id_, state, touched in rows if state in ("collecting", "asking") and touched < since]


def change(session: Session, draft: ImportDraft, **fields: Any) -> bool:
    """These fields, and the next version, if the draft still is what was read; the row knows them afterwards."""
    values = {**fields, "version": draft.version + 1}
    same = (DRAFT.c.id == draft.id, DRAFT.c.version == draft.version, DRAFT.c.state == draft.state)
    done = session.connection().execute(update(DRAFT).where(*same, DRAFT.c.ended_at.is_(None)).values(values)).rowcount
    if done:
        draft.__dict__.update(values)
    return bool(done)


def message_of(session: Session, key: str) -> int | None:
    """The message that was sent under this key, or that is rewritten under it."""
    found = session.exec(select(Outbox.message_id, Outbox.edits).where(Outbox.key == key)).first() if key else None
    return (found[0] or found[1]) if found else None


def on_its_way(session: Session, key: str) -> bool:
    """The message under this key is being sent just now: in a moment it will have an id."""
    row = session.exec(select(Outbox.state, Outbox.message_id).where(Outbox.key == key)).first()
    return row is not None and row[0] == "sending" and row[1] is None


def note_shown(session: Session, draft: ImportDraft, key: str) -> None:
    """The draft's message is the one under this key from now on; no step, so its buttons stay good."""
    session.connection().execute(update(DRAFT).where(DRAFT.c.id == draft.id).values(shown=key))
    draft.__dict__["shown"] = key


def progress_key(draft_id: int, step: str) -> str:
    return f"import:{draft_id}:at:{step}"


def drop_progress(session: Session, draft_id: int) -> None:
    """What was to be said of the progress and is not yet on its way is out of date."""
    _drop(session, OUTBOX.c.key.startswith(progress_key(draft_id, "")))


def drop_unsent(session: Session, key: str) -> None:
    """A message that has not left yet need not leave any more: what follows says more."""
    _drop(session, OUTBOX.c.key == key)


def _drop(session: Session, which: ColumnElement[bool]) -> None:
    waiting = update(OUTBOX).where(which, OUTBOX.c.state == "waiting", OUTBOX.c.method != "answer")
    session.connection().execute(waiting.values(state="dropped"))


def forget_words(session: Session, inbox_ids: Sequence[int]) -> None:
    """Pasted words that bear a mark of secrecy do not stay in the inbox either."""
    for row in session.exec(select(Inbox).where(col(Inbox.id).in_(inbox_ids))):
        message = {**row.payload.get("message", {}), "text": ""}
        session.connection().execute(
            update(INBOX).where(INBOX.c.id == row.id).values(payload={**row.payload, "message": message})
        )
