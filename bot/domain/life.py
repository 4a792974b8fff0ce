"""A task's life in one table: from which states a step is taken, where it leads, and whose step it is.

Done is not struck off (domain.md §2). The guards beyond state and role stand in each feature's rule.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.ledger import State
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice


class Who(StrEnum):
    """Whose step it is; the word is shown in refusals and in docs/process.md."""

    OFFICE = "office"
    UNIT = "unit"
    ANSWERING_UNIT = "answering_unit"
    HEAD = "head"
    VERIFIER = "verifier"
    SIGNER = "signer"
    DECIDER = "decider"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    since: tuple[State, ...]
    to: State
    who: Who
    guard: str


S = State
LIFE: tuple[Step, ...] = (
    Step("hand_over", (S.REGISTERED,), S.HANDED_OVER, Who.OFFICE, "the plan is confirmed"),
    Step("receive", (S.REGISTERED, S.HANDED_OVER), S.RECEIVED, Who.UNIT, "one receipt for each unit"),
    Step(
        "begin",
        (S.REGISTERED, S.HANDED_OVER, S.RECEIVED, S.RETURNED),
        S.IN_PROGRESS,
        Who.UNIT,
        "the first report says so",
    ),
    Step(
        "finish",
        (S.REGISTERED, S.HANDED_OVER, S.RECEIVED, S.IN_PROGRESS, S.RETURNED),
        S.FINISHED,
        Who.ANSWERING_UNIT,
        "every measure is at 100 % or upkeep",
    ),
    Step("take_back", (S.FINISHED,), S.IN_PROGRESS, Who.ANSWERING_UNIT, "within the minutes of /undo"),
    Step(
        "ask_close_out",
        (S.FINISHED,),
        S.CLOSE_OUT_ASKED,
        Who.ANSWERING_UNIT,
        "evidence for every claim, indicators reached or explained",
    ),
    Step("agree", (S.CLOSE_OUT_ASKED,), S.VERIFYING, Who.HEAD, "not who asked, unless the head asked"),
    Step("accept", (S.VERIFYING,), S.ACCEPTED, Who.VERIFIER, "never the doer alone"),
    Step(
        "return",
        (S.CLOSE_OUT_ASKED, S.VERIFYING, S.ACCEPTED, S.NOTICED, S.COUNTERSIGNING),
        S.RETURNED,
        Who.DECIDER,
        "with reasons, measure by measure",
    ),
    Step("publish", (S.ACCEPTED,), S.NOTICED, Who.OFFICE, "the day after publication is the first day"),
    Step("reopen_verification", (S.NOTICED,), S.VERIFYING, Who.OFFICE, "an objection is upheld"),
    Step(
        "sign",
        (S.NOTICED, S.COUNTERSIGNING),
        S.COUNTERSIGNING,
        Who.SIGNER,
        "in order; notice ended, objections answered",
    ),
    Step("void", (S.COUNTERSIGNING,), S.NOTICED, Who.UNIT, "evidence or wording changed: every signature is void"),
    Step("strike_off", (S.COUNTERSIGNING,), S.STRUCK_OFF, Who.OFFICE, "every signature given"),
    Step("keep_up", (S.STRUCK_OFF,), S.KEPT_UP, Who.VERIFIER, "every look-back passed"),
    Step("reopen", (S.STRUCK_OFF, S.KEPT_UP), S.HANDED_OVER, Who.OFFICE, "reason, basis and confirmation; a new cycle"),
)
STEPS = {step.name: step for step in LIFE}


def require_step(task: TaskSlice, name: str) -> Step:
    """The step, if the task is where it may be taken. Refusals: not_now (state, step)."""
    step = STEPS[name]
    if task.state not in step.since:
        raise Refusal("not_now", task=task.number, state=str(task.state), step=name)
    return step
