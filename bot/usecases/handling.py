"""Handling updates: each takes effect exactly once, for it is marked in the transaction of its effect.

Several updates share a transaction, for to open and close one costs as much as to handle an update; if one of them
fails, each is done again by itself. What fails leaves nothing behind but its count; what fails three times is parked
and reported.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from bot.domain.post import Inbox
from bot.domain.refusal import Refusal
from bot.store import inbox
from bot.store.engine import savepoint
from bot.usecases.inbox import Ledger, stumble

log = logging.getLogger(__name__)

# Does everything an update asks for, replies included, in the given session; raises to have nothing done.
Handler = Callable[[Session, Inbox, datetime], None]

# Seconds after which a transaction ends with what it has, so that nobody waits long for the others' work.
LONG_ENOUGH = 0.1
# changed_meanwhile is nobody's fault and is simply tried again; so often in a row it is one.
MOST_CONFLICTS = 5
ERROR_LENGTH = 200


@dataclass(slots=True)
class Handled:
    """What became of a batch: `rest` are chats whose update failed and will be tried again, with its tries so far."""

    done: int = 0
    parked: list[int] = field(default_factory=list)
    rest: dict[int, int] = field(default_factory=dict)
    conflicting: list[Inbox] = field(default_factory=list)

    def add(self, other: "Handled") -> None:
        self.done += other.done
        self.parked += other.parked
        self.rest |= other.rest


class Clerk:
    """Handles batches of updates, in the thread that calls. `locale` is spoken to people the ledger does not know."""

    def __init__(self, ledger: Ledger, handler: Handler, clock: Callable[[], datetime], locale: str) -> None:
        self._ledger = ledger
        self._handler = handler
        self._clock = clock
        self._locale = locale

    def waiting(self, limit: int, besides: Collection[int]) -> list[Inbox]:
        with self._ledger.reading() as session:
            return inbox.waiting(session, limit, besides=besides)

    def handle(self, rows: Sequence[Inbox]) -> Handled:
        """Each of these updates is handled, given back, or one failure nearer to being parked.

        Raises what the database raises when not even a failure can be noted: then nothing has happened.
        """
        if len(rows) > 1 and not any(row.attempts for row in rows):
            try:
                return self._together(rows)
            except Exception as error:
                # A conflict, a deadlock, a full disk, an update nobody can handle: all was rolled back.
                log.info("desk: %d updates rolled back together, now one by one: %s", len(rows), type(error).__name__)
        result = self._one_by_one(rows)
        for row in result.conflicting:
            result.add(self._until_settled(row))
        return result

    def _together(self, rows: Sequence[Inbox]) -> Handled:
        """All or none: to keep each apart by a savepoint would cost them all for the rare one that fails."""
        result = Handled()
        end = time.monotonic() + LONG_ENOUGH
        with self._ledger.writing() as session:
            taken = inbox.take(session, [row.id or 0 for row in rows])
            mine = [row for row in rows if row.id in taken]
            while mine and (not result.done or time.monotonic() < end):
                self._handler(session, mine.pop(0), self._clock())
                # What one update has loaded, the next must see afresh.
                session.expunge_all()
                result.done += 1
            inbox.give_back(session, [row.id or 0 for row in mine])
        return result

    def _alone(self, row: Inbox) -> Handled:
        result = Handled()
        with self._ledger.writing() as session:
            if inbox.take(session, [row.id or 0]):
                self._handled(session, row, result)
            inbox.give_back(session, [row.id or 0 for row in result.conflicting])
        return result

    def _handled(self, session: Session, row: Inbox, result: Handled) -> None:
        try:
            with savepoint(session):
                self._handler(session, row, self._clock())
        except OperationalError:
            raise
        except Exception as error:
            if isinstance(error, Refusal) and error.reason == "changed_meanwhile":
                result.conflicting.append(row)
            else:
                self._stumbled(session, row, error, result)
        else:
            result.done += 1

    def _stumbled(self, session: Session, row: Inbox, error: Exception, result: Handled) -> None:
        """One failure more is noted; after the third the update is parked, else its chat rests."""
        log.error("desk: update %s failed (try %d)", row.id, row.attempts + 1, exc_info=error)
        if stumble(session, row, said_safely(error, row.payload), self._clock(), self._locale):
            result.parked.append(row.id or 0)
        else:
            result.rest[row.chat_id] = row.attempts + 1

    def _until_settled(self, row: Inbox) -> Handled:
        """Again in a transaction of its own, where it reads what the other has written."""
        for _ in range(MOST_CONFLICTS):
            result = self._one_by_one([row])
            if not result.conflicting:
                return result
        with self._ledger.writing() as session:
            self._stumbled(session, row, Refusal("changed_meanwhile"), result)
        return result

    def _one_by_one(self, rows: Sequence[Inbox]) -> Handled:
        result = Handled()
        for row in rows:
            if row.chat_id in result.rest or any(row.chat_id == other.chat_id for other in result.conflicting):
                continue
            try:
                one = self._alone(row)
            except OperationalError as error:
                one = Handled()
                with self._ledger.writing() as session:
                    self._stumbled(session, row, error, one)
            result.add(one)
            result.conflicting += one.conflicting
        return result


def said_safely(error: Exception, payload: Mapping[str, Any]) -> str:
    """The error's class and its first line, without anything the person wrote and without a statement's parameters."""
    shown = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    line = (str(shown).replace("\0", "").splitlines() or [""])[0]
    for text in sorted(_texts(payload), key=len, reverse=True):
        line = line.replace(text, "…")
    return f"{type(shown).__name__}: {line[:ERROR_LENGTH]}"


def _texts(value: Any) -> Iterator[str]:
    """What was written, whole and word by word."""
    if isinstance(value, str):
        yield from (part for part in (value, *value.split()) if len(part) > 3)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
