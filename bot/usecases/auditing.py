"""The audit trail: walking its chain, and reading what it says of a task."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.audit import GENESIS, link
from bot.domain.ledger import Event
from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.store.ledger import load_task
from bot.store.people import people_names
from bot.usecases.act import Act

STEP = 5000
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:?\d\d|Z)$")
ABOUT = frozenset({"measure", "place", "sheet", "note", "extension", "member"})


def verify_chain(act: Act) -> tuple[int, str]:
    """→ (how many events, the last hash). Refusals: chain_broken (the first event that does not follow)."""
    previous, count = GENESIS, 0
    for event in _events(act):
        if event.previous_hash != previous or event.hash != link(previous, event):
            raise Refusal("chain_broken", event=event.id, kind=event.kind, at=act.office.local(event.at).isoformat())
        previous, count = event.hash, count + 1
    return count, previous


def _events(act: Act) -> Iterator[Event]:
    last = 0
    while rows := act.session.exec(select(Event).where(col(Event.id) > last).order_by(col(Event.id)).limit(STEP)).all():
        yield from rows
        last = rows[-1].id or 0
        act.session.expunge_all()


def trail(act: Act, number: int) -> dict[str, Any]:
    """The audit events of a task, newest first: who did what, what was so before and after, through which update.

    Ids of units and people among the facts are given by name. Refusals: not_your_right, no_such_task.
    """
    require(act.person, "audit")
    task = load_task(act.session, number)
    people = people_names(act.session)
    rows = act.session.exec(select(Event).where(Event.task_id == task.id).order_by(col(Event.id).desc()))
    entries = [
        {
            "id": row.id,
            "at": act.office.local(row.at).isoformat(),
            "kind": row.kind,
            "by": _actor(act, row.actor, people),
            "facts": _changes(act, json.loads(row.before), json.loads(row.after), people),
            "cause": row.cause,
            "hash": row.hash[:8],
        }
        for row in rows
    ]
    return {"number": number, "title": task.title, "entries": entries}


def _actor(act: Act, actor: str, people: dict[int, str]) -> str:
    """A person's name; "" for the clock and the command line, which the cause names."""
    kind, _, id_ = actor.partition(":")
    return people.get(int(id_), actor) if kind == "member" and id_.isdigit() else ""


def _changes(act: Act, before: dict[str, Any], after: dict[str, Any], people: dict[int, str]) -> list[dict[str, Any]]:
    """One entry a fact: its name, and what it was and became (None where it was not there)."""
    # What an event is about stands with what was before; it is no change.
    after = {name: before[name] for name in before if name in ABOUT and name not in after} | after
    before = {name: value for name, value in before.items() if name not in ABOUT}
    names = list(dict.fromkeys([*before, *after]))
    found = [
        {
            "name": name,
            "before": _plain(act, name, before.get(name), people),
            "after": _plain(act, name, after.get(name), people),
        }
        for name in names
    ]
    return [fact for fact in found if fact["before"] is not None or fact["after"] is not None]


def _plain(act: Act, name: str, value: Any, people: dict[int, str]) -> str | None:
    if value is None or value in ("", [], {}) or value is False:
        return None
    if value is True:
        return "yes"
    if name in ("unit", "giver", "taker") and isinstance(value, int):
        return act.unit(value) or str(value)
    if name in ("member", "deputy", "handler") and isinstance(value, int):
        return people.get(value, str(value))
    if isinstance(value, dict):
        return "，".join(plain for key, each in value.items() if (plain := _plain(act, key, each, people)))
    if isinstance(value, list):
        return "、".join(plain for each in value if (plain := _plain(act, name, each, people)))
    return _moment(act, str(value))


def _moment(act: Act, text: str) -> str:
    """A moment in the office's own zone, to the minute; anything else as it is."""
    if not MOMENT.match(text):
        return text
    return act.office.local(datetime.fromisoformat(text)).strftime("%Y-%m-%d %H:%M")
