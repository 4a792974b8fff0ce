"""What was still to be said of a sheet that has been answered or whose cause has ended is said no more."""

from typing import Any

from sqlmodel import col, select

from bot.domain.noise import HELD
from bot.domain.post import Notice, Outbox
from bot.store.carry import table_of
from bot.usecases.act import Act

NOTICE, OUTBOX = table_of(Notice), table_of(Outbox)
TO_THE_UNIT, COPY = ("sheet", "sheets"), "sheet_copy"
NOT_YET = ("waiting", HELD)


def recall(act: Act, sheet_id: int, *, ended: bool) -> None:
    """In daily messages to come, and in messages that wait for the end of quiet hours or for room in the budget.

    `ended`: its cause is gone, so that a copy has nothing to say either; an answered one is still worth its copy.
    """
    connection = act.session.connection()
    gone = {"withdrawn_at": act.now, "why_withdrawn": "answered"}
    unsaid = NOTICE.c.said_at.is_(None), NOTICE.c.withdrawn_at.is_(None)
    connection.execute(NOTICE.update().where(NOTICE.c.key.startswith(f"sheet:{sheet_id}:"), *unsaid).values(gone))
    kinds = (*TO_THE_UNIT, COPY) if ended else TO_THE_UNIT
    waiting = select(Outbox).where(col(Outbox.state).in_(NOT_YET), col(Outbox.kind).in_(kinds))
    for row in act.session.exec(waiting.execution_options(populate_existing=True)).all():
        listed = [sheet["id"] for sheet in _sheets(row.facts)]
        if sheet_id not in listed:
            continue
        # Only if it has not left meanwhile.
        still = OUTBOX.c.id == row.id, OUTBOX.c.state.in_(NOT_YET)
        if len(listed) > 1:
            connection.execute(OUTBOX.update().where(*still).values(facts=_without(row.facts, sheet_id)))
            continue
        connection.execute(OUTBOX.update().where(*still).values(state="dropped"))
        connection.execute(NOTICE.update().where(NOTICE.c.key == f"held:{row.key}", *unsaid).values(gone))


def _sheets(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return list(facts["sheets"]) if "sheets" in facts else [facts["sheet"]]


def _without(facts: dict[str, Any], sheet_id: int) -> dict[str, Any]:
    """The message without this sheet and its button."""
    left = [sheet for sheet in facts["sheets"] if sheet["id"] != sheet_id]
    rows: list[list[list[Any]]] = []
    for row in facts["buttons"]:
        kept = [button for button in row if button[1] != f"answer:{sheet_id}"]
        rows.append([_recounted(button, len(left)) for button in kept])
    return {**facts, "sheets": left, "buttons": [row for row in rows if row]}


def _recounted(button: list[Any], count: int) -> list[Any]:
    return [*button[:2], {**button[2], "count": count}] if len(button) > 2 and "count" in button[2] else button
