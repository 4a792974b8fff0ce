"""The hash chain of the audit trail: each entry's hash covers its facts and the hash before it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.ledger import Event

GENESIS = "0" * 64


def canonical(facts: Any) -> str:
    """Facts as JSON text, the same for the same facts: sorted keys, ISO dates, no needless blanks."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def link(previous_hash: str, event: Event) -> str:
    """The hash of an entry that follows `previous_hash`."""
    body = [
        previous_hash,
        event.at.astimezone(UTC).isoformat(),
        event.actor,
        event.kind,
        event.task_id,
        event.before,
        event.after,
        event.cause,
    ]
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def first_broken(events: Iterable[Event]) -> Event | None:
    """The first entry, in order, that does not follow from the ones before it; None if the chain holds."""
    previous = GENESIS
    for event in events:
        if event.previous_hash != previous or event.hash != link(previous, event):
            return event
        previous = event.hash
    return None
