"""Watching the clock itself: the office hears when a round failed, and when the bot was away and has caught up."""

from datetime import datetime, timedelta

from bot.domain.people import Role
from bot.domain.periods import Office
from bot.domain.post import Lane
from bot.store.engine import Store
from bot.store.marks import mark, marked
from bot.store.people import present
from bot.usecases.act import Act

LAST_TICK = "last_tick"
EVERY = timedelta(minutes=1)
LATE = timedelta(minutes=30)


def was_away(store: Store, now: datetime) -> bool:
    """The last good tick is so long ago that people may have spoken to nobody."""
    with store.reading() as session:
        noted = marked(session, LAST_TICK)
    return noted is not None and now - datetime.fromisoformat(noted) > LATE


def note_tick(store: Store, office: Office, now: datetime) -> bool:
    """The moment of the last good tick is on record; after a gap the office is told how long it was. True if noted."""
    with store.writing() as session:
        noted = marked(session, LAST_TICK)
        last = datetime.fromisoformat(noted) if noted else None
        if last is not None and timedelta() <= now - last < EVERY:
            return False
        mark(session, LAST_TICK, now.isoformat())
        if last is not None and now - last > LATE:
            facts = {"since": office.local(last).isoformat(), "until": office.local(now).isoformat()}
            people, act = present(session, roles=[Role.OFFICE]), Act(session, office, now)
            act.tell(people, "clock_was_away", facts, key=f"away:{last.isoformat()}", lane=Lane.REMINDER)
    return True


def note_failure(store: Store, office: Office, now: datetime, error: str) -> None:
    """The office is told once a day that a round failed; nothing due is lost, it is asked again every second."""
    with store.writing() as session:
        facts = {"error": error, "at": office.local(now).isoformat()}
        people, act = present(session, roles=[Role.OFFICE]), Act(session, office, now)
        act.tell(people, "round_failed", facts, key=f"round_failed:{office.today(now)}", lane=Lane.REMINDER)
