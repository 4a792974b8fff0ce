"""Walking the audit chain."""

from collections.abc import Iterator

from sqlmodel import col, select

from bot.domain.audit import GENESIS, link
from bot.domain.ledger import Event
from bot.domain.refusal import Refusal
from bot.usecases.act import Act

STEP = 5000


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
