"""One tick of the clock: each round asks what is due and says it once, however late or often it is asked."""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlmodel import select

from bot.domain.people import Subscription
from bot.domain.periods import Office
from bot.domain.reminding import daily_hour
from bot.store.engine import Store
from bot.store.people import present
from bot.usecases import (
    bulletin,
    burden,
    follow_rules,
    ladder,
    ladder_ends,
    receipts,
    refresh,
    remarks,
    remind,
    subscribe,
    waiting_rounds,
)
from bot.usecases.act import Act

log = logging.getLogger(__name__)

ROUNDS: tuple[tuple[str, Callable[[Act], int]], ...] = (
    ("follow_rules", follow_rules.follow_rules),
    ("ask_reports", remind.ask_reports),
    ("expand_due", remind.expand_due),
    ("receipts", receipts.remind_receipts),
    ("instructions", remarks.remind_instructions),
    ("waiting", waiting_rounds.remind_waiting),
    ("ladder_ended", ladder_ends.stop_ended),
    ("ladder", ladder.climb),
    ("fold", remind.fold),
    ("refresh", refresh.refresh),
    ("draft_bulletin", bulletin.draft_due),
    ("issue_bulletin", bulletin.issue_due),
    ("subscriptions", subscribe.send_due),
    ("burden", burden.send_due),
)


def tick(store: Store, office: Office, now: datetime) -> dict[str, int]:
    """Every round has been asked at `now`, each in its own transaction, so that one that fails stops no other.

    → how much each had to say. Raises the first failure after all were asked.
    """
    said: dict[str, int] = {}
    failure: Exception | None = None
    for name, ask in ROUNDS:
        try:
            with store.writing() as session:
                said[name] = ask(Act(session, office, now))
        except Exception as error:
            log.exception("round %s failed", name)
            failure = failure or error
    if failure is not None:
        raise failure
    return said


def looks(store: Store, office: Office, since: datetime, until: datetime) -> list[datetime]:
    """The moments between two at which a round may have something to say: for a clock that is turned, not waited for.

    Midnight makes due what is due that day; the rest are hours of the policy, of people and of subscriptions.
    """
    week = office.policy.week
    with store.reading() as session:
        people = present(session)
        hours = {time(0), week.cut_off, week.draft, week.issue, *(daily_hour(member) for member in people)}
        hours |= {member.quiet_to for member in people if member.quiet_to}
        hours |= {row.at for row in session.exec(select(Subscription))}
    day, last = office.today(since), office.today(until)
    found = []
    while day <= last:
        found += [office.at(day, hour) for hour in sorted(hours)]
        day += timedelta(days=1)
    return [moment for moment in found if since < moment < until] + [until]
