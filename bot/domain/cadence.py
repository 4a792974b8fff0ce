"""How often a report is asked of a task (报送周期): by the policy, unless the office has said otherwise.

domain.md §2: weekly; 立行立改 weekly until done; 长期坚持 quarterly; projects monthly where the office says so.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Field

from bot.domain.columns import key, moment
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Task
from bot.domain.people import Member, require
from bot.domain.policy import CADENCES, CadencePolicy
from bot.domain.refusal import Refusal
from bot.domain.row import Row
from bot.domain.slices import TaskSlice


class CadenceChange(Row, table=True):
    """A task's rhythm was changed, by a member of the office or (None) by the policy; so that the past reads as it was.

    `own`: the office's own word, which the policy does not overrule; false again when it was given back to the policy.
    """

    __tablename__ = "cadence_change"
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    before: str
    after: str
    own: bool = False
    member_id: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()


def by_policy(kinds: Iterable[str], phrases: Iterable[str], category: str, number: int, policy: CadencePolicy) -> str:
    """The policy's rhythm: of this task, of its category, the phrase's own (每月报送), else by how its deadlines read.

    `kinds` are how the measures' deadlines read, `phrases` their words.
    """
    if str(number) in policy.task:
        return policy.task[str(number)]
    if category in policy.category:
        return policy.category[category]
    found = set(kinds)
    if found == {"recurring"}:
        words = "".join(phrases)
        return "quarterly" if "季" in words else "monthly" if "月" in words else policy.ongoing
    if found <= {"ongoing", "recurring"}:
        return policy.ongoing
    return policy.immediate if "immediate" in found else policy.normal


def of_task(task: TaskSlice, policy: CadencePolicy) -> str:
    """The policy's rhythm for a task on the ledger."""
    kinds, phrases = [each.kind for each in task.measures], [each.phrase for each in task.measures]
    return by_policy(kinds, phrases, task.category, task.number, policy)


def set_cadence(task: TaskSlice, cadence: str, person: Member, policy: CadencePolicy, now: datetime) -> Decision:
    """The office sets the rhythm; "policy" gives it back to the policy.

    Refusals: not_your_right, cadence_finished, cadence_unknown, cadence_same.
    """
    require(person, "cadence")
    if cadence not in (*CADENCES, "policy"):
        raise Refusal("cadence_unknown", task=task.number, understood=cadence)
    if task.finished:
        raise Refusal("cadence_finished", task=task.number)
    own = cadence != "policy"
    after = cadence if own else of_task(task, policy)
    if after == task.cadence and own:
        raise Refusal("cadence_same", task=task.number, cadence=after)
    return change(task, after, now, own=own, member_id=person.id)


def change(task: TaskSlice, after: str, now: datetime, *, own: bool, member_id: int | None) -> Decision:
    row = CadenceChange(task_id=task.id, before=task.cadence, after=after, own=own, member_id=member_id, at=now)
    deed = Deed("cadence", task.id, {"cadence": task.cadence}, {"cadence": after, "own": own})
    return Decision([Change(Task, task.id, {"cadence": after}, task.version)], [row], events=[deed])
