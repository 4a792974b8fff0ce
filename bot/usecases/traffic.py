"""What waits and what went wrong in the post, for /metrics and doctor: numbers only, no names."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from bot.domain.ledger import Evidence
from bot.domain.people import Member
from bot.domain.post import Lane
from bot.store import inbox, outbox


@dataclass(frozen=True, slots=True)
class Traffic:
    """`messages`: (lane, state) → how many; waiting, sending, failed and uncertain ones, of all time."""

    inbox_waiting: int
    parked: int
    messages: dict[tuple[str, str], int]
    unreachable: int
    evidence_pending: int
    evidence_failed: int

    def in_state(self, state: str) -> int:
        return sum(number for (_, found), number in self.messages.items() if found == state)


def traffic(session: Session) -> Traffic:
    unreachable = select(func.count()).where(col(Member.unreachable_since).is_not(None), col(Member.left_at).is_(None))
    return Traffic(
        inbox_waiting=inbox.count(session, "new"),
        parked=inbox.count(session, "parked"),
        messages={(Lane(lane).name.lower(), state): number for (lane, state), number in outbox.counts(session).items()},
        unreachable=session.exec(unreachable).one(),
        evidence_pending=_evidence(session, "pending"),
        evidence_failed=_evidence(session, "failed"),
    )


def _evidence(session: Session, state: str) -> int:
    return session.exec(select(func.count()).where(Evidence.state == state)).one()
