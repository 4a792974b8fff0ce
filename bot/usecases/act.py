"""An act: who does something, when, because of which update, in whose transaction."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.domain.decision import Decision, Deed
from bot.domain.noise import is_red
from bot.domain.people import Member
from bot.domain.periods import Office
from bot.domain.post import Lane, Outbox
from bot.domain.reminding import fold_at, quiet
from bot.store import carry, noise
from bot.store.engine import savepoint
from bot.store.handed import with_deputies
from bot.store.people import unit_names


@dataclass(slots=True)
class Act:
    """Handed to every use case. `at` is the moment that counts (a message's own date), `now` the office's clock."""

    session: Session
    office: Office
    now: datetime
    member: Member | None = None
    at: datetime | None = None
    cause: str = ""
    _names: dict[int, str] | None = None

    @property
    def moment(self) -> datetime:
        return self.at or self.now

    @property
    def person(self) -> Member:
        if self.member is None:
            raise RuntimeError("a use case for people was called by nobody")
        return self.member

    @property
    def actor(self) -> str:
        return f"member:{self.member.id}" if self.member else "clock"

    @property
    def names(self) -> dict[int, str]:
        """Unit names by id."""
        if self._names is None:
            self._names = unit_names(self.session)
        return self._names

    def unit(self, unit_id: int | None) -> str:
        return self.names.get(unit_id or 0, "")

    def whole_or_not_at_all(self) -> AbstractContextManager[None]:
        """Of what is done in this block nothing remains when it raises."""
        return savepoint(self.session)

    def carry(self, decision: Decision) -> None:
        carry.carry_out(self.session, decision, at=self.now, actor=self.actor, cause=self.cause)

    def record(self, *deeds: Deed) -> None:
        carry.record(self.session, deeds, at=self.now, actor=self.actor, cause=self.cause)

    def tell(
        self,
        people: Iterable[Member],
        kind: str,
        facts: dict[str, Any],
        *,
        key: str,
        lane: Lane = Lane.URGENT,
        about: dict[str, Any] | None = None,
    ) -> int:
        """Queue one message to each person under `key`:member; who has it already is not told twice. How many now.

        Whoever is away is told all the same, and so is the deputy. What the clock says waits until quiet hours end.
        """
        said = 0
        for member in with_deputies(self.session, people, self.office.today(self.now)):
            row = member_message(member, kind, facts, f"{key}:m{member.id}", lane, about, self.now)
            if self.member is None and quiet(member, self.now, self.office, red=is_red(facts)):
                row.not_before = fold_at(member, self.now, self.office, red=is_red(facts))
            said += self.post(row)
        return said

    def post(self, row: Outbox) -> bool:
        """Queued once; what the clock sends of itself keeps to the noise budget."""
        if self.member is None:
            return noise.post_within_budget(self.session, row, self.office, self.now)
        return carry.add_once(self.session, row)


def member_message(
    member: Member,
    kind: str,
    facts: dict[str, Any],
    key: str,
    lane: Lane,
    about: dict[str, Any] | None,
    now: datetime,
) -> Outbox:
    return Outbox(
        key=key,
        chat_id=member.user_id,
        member_id=member.id,
        kind=kind,
        locale=member.locale,
        facts=facts,
        about=about or {},
        lane=lane,
        created_at=now,
    )
