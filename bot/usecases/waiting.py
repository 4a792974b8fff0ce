"""待办: what waits for a person's decision, from every feature that asks for decisions, in one list."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Event, Task
from bot.domain.post import Outbox
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.store.ledger import load_task
from bot.usecases.act import Act
from bot.usecases.turns import whose_turn

# Messages that show a case with its evidence; how many of a chat's latest ones are looked through.
ASKING = ("agree_asked", "verify_asked", "notice_asked", "sign_asked", "strike_off_asked")
SHOWING = (*ASKING, "pending", "evidence", "card")
LOOKED_THROUGH = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """One decision asked of the person: `kind` keys its words, `id` is the record's, `since` when it was asked.

    `stamp` names what the decision is about as it stands now, where that can change while somebody looks at it: a
    button that carries another stamp is stale.
    """

    kind: str
    number: int
    id: int
    title: str
    since: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the person is told of a decision: a message kind with its facts (`buttons` among them, if any).

    `ask`: nothing is decided yet; the reply to the message gives what the decision still needs (a date, a reason) and
    comes back as the text of the same approval.
    """

    kind: str
    facts: dict[str, Any]
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature that asks for decisions. `kinds` are the Waiting kinds it answers for."""

    kinds: frozenset[str]
    waiting: Callable[[Act], Sequence[Waiting]]
    approve: Callable[[Act, Waiting, str], Told]
    send_back: Callable[[Act, Waiting, str], Told]


def features() -> tuple[Feature, ...]:
    """Every feature, in the order in which its decisions come up in a task's life."""
    from bot.usecases import close_out, extension, look_back, signing

    return (extension.FEATURE, close_out.FEATURE, signing.FEATURE, look_back.FEATURE)


def waiting_for(act: Act) -> list[Waiting]:
    """All that waits for the person, the longest waiting first."""
    found = [waiting for feature in features() for waiting in feature.waiting(act)]
    return sorted(found, key=lambda waiting: (waiting.since, waiting.number))


def first_on_task(act: Act, number: int) -> Waiting | None:
    return next((waiting for waiting in waiting_for(act) if waiting.number == number), None)


def on_task(act: Act, number: int) -> Waiting:
    """The one decision on this task that waits for the person, the earliest if several.

    Refusals: no_such_task, not_your_task, nothing_waits (state, whose turn it is, whether it is their own request).
    """
    waiting = first_on_task(act, number)
    if waiting is not None:
        return waiting
    from bot.usecases import close_out, extension

    task = load_task(act.session, number)
    require_own(task, act.person)
    asked = extension.asked_of(act, task)
    yours = extension.is_party(act, task) if asked else close_out.asked_by(act, task)
    turn = asked or whose_turn(act, task)
    raise Refusal("nothing_waits", task=number, state=str(task.state), turn=turn, yours=yours)


def by_id(act: Act, kind: str, record_id: int, stamp: str = "") -> Waiting:
    """The decision a button is about, if it still waits for this person and is what the person looked at.

    Refusals: no_longer_waits, seen_changed (what was shown has changed since).
    """
    for feature in features():
        if kind in feature.kinds:
            for waiting in feature.waiting(act):
                if waiting.kind == kind and waiting.id == record_id:
                    if stamp and stamp != waiting.stamp:
                        raise Refusal("seen_changed", task=waiting.number)
                    return waiting
    raise Refusal("no_longer_waits")


def changed_since_shown(act: Act, waiting: Waiting, chats: Collection[int]) -> bool:
    """The evidence is another than when this decision was last put before the person in one of these chats, or, where
    it never was, than when the application was made."""
    if not waiting.stamp:
        return False
    shown = _last_shown(act, waiting.number, chats)
    if shown is not None:
        return shown != waiting.stamp
    changed = (
        select(Event.id)
        .join(Task, col(Task.id) == Event.task_id)
        .where(Task.number == waiting.number, Event.kind == "close_out_evidence", Event.at >= waiting.since)
    )
    return act.session.exec(changed).first() is not None


def _last_shown(act: Act, number: int, chats: Collection[int]) -> str | None:
    """The stamp of the case in the last message that showed it, by itself or among what waits."""
    said = (
        select(Outbox.facts)
        .where(col(Outbox.chat_id).in_(chats), col(Outbox.kind).in_(SHOWING))
        .order_by(col(Outbox.id).desc())
        .limit(LOOKED_THROUGH)
    )
    for facts in act.session.exec(said):
        for shown in (facts, *facts.get("rows", ())):
            if shown.get("number") == number and shown.get("stamp"):
                return str(shown["stamp"])
    return None


def approve(act: Act, waiting: Waiting, text: str) -> Told:
    return _feature(waiting).approve(act, waiting, text)


def send_back(act: Act, waiting: Waiting, reason: str) -> Told:
    """Refusals: reason_missing and the feature's own."""
    if not reason.strip():
        raise Refusal("reason_missing", task=waiting.number)
    return _feature(waiting).send_back(act, waiting, reason.strip())


def _feature(waiting: Waiting) -> Feature:
    return next(feature for feature in features() if waiting.kind in feature.kinds)
