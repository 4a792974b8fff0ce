"""销号: applying, agreeing, verifying, returning, and what a change of evidence does to it (domain.md §2).

Finished is not struck off; the doer never verifies; nobody decides a request of their own.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.audit import canonical
from bot.domain.decision import Change, Decision, Deed
from bot.domain.indicators import Gauge, require_settled
from bot.domain.ledger import Evidence, Part, State
from bot.domain.life import require_step
from bot.domain.people import Member, Role, require
from bot.domain.process import CloseOut, Objection, PublicNotice, Signature, Verification
from bot.domain.refusal import Refusal
from bot.domain.reporting import move, require_own
from bot.domain.slices import TaskSlice

# States of an application that still goes on.
OPEN = ("asked", "verifying", "accepted", "noticed", "signing")
# `12.2 照片不清`: a reason for one measure, at the start of a line or after a semicolon.
ITEM = re.compile(r"(?:^|[\n；;])\s*(\d{1,5})\s*[.．]\s*(\d{1,3})\s*[:：,，、]?\s*")


@dataclass(slots=True)
class CaseFile:
    """一案一档: an application with all that was found, published, objected to and signed so far.

    `notice` is the last one, `objections` are those to any of them, `signatures` those that stand, in the order given;
    `pictures` are those of the checks on the spot.
    """

    task: TaskSlice
    close_out: CloseOut
    asker: Member
    verifications: list[Verification] = field(default_factory=list)
    notice: PublicNotice | None = None
    objections: list[Objection] = field(default_factory=list)
    pictures: list[Evidence] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)

    @property
    def stamp(self) -> str:
        """Names the evidence as it stands; short enough for a button. A hash that becomes known changes nothing."""
        return digest_of([[row["id"], row["unique"]] for row in self.close_out.evidence])[:8]

    @property
    def open_objections(self) -> list[Objection]:
        return [objection for objection in self.objections if objection.answered_at is None]


def digest_of(facts: Any) -> str:
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def evidence_list(rows: Sequence[Evidence]) -> list[dict[str, Any]]:
    """The file of evidence as an application carries it: the hash of each file, or, while it is being fetched, the
    unique id by which Telegram knows its content."""
    kept = [row for row in rows if row.withdrawn_at is None and row.state != "failed"]
    return [{"id": row.id, "unique": row.file_unique_id, "sha256": row.sha256} for row in kept]


def answering(task: TaskSlice) -> list[int]:
    """The units that declare and apply: the lead, else those responsible."""
    return task.units.get(Part.LEAD) or task.units.get(Part.RESPONSIBLE, [])


def verifying_units(task: TaskSlice) -> list[int]:
    """Who verifies: the verifying units, else the supervising ones, and of them none that does the work itself.

    Empty: the office verifies.
    """
    named = task.units.get(Part.VERIFYING) or task.units.get(Part.SUPERVISING, [])
    return [unit for unit in named if unit not in task.workers]


def same_person(one: Member, other: Member) -> bool:
    """Also under another role: who left a unit and joined another is the same human being."""
    return one.user_id == other.user_id


def ask(
    task: TaskSlice,
    member: Member,
    text: str,
    files: list[dict[str, Any]],
    *,
    has_head: bool,
    now: datetime,
    gauges: Sequence[Gauge] = (),
    bare: Sequence[str] = (),
) -> tuple[Decision, CloseOut]:
    """申请销号: the application stands, with its file of evidence. A head who asks has agreed; without a head in Duban
    it goes to the verifier at once.

    `bare`: the measures (`12.2`) whose claim no file bears out.
    Refusals: not_your_right, not_your_task, lead_asks, not_now, measures_open, indicators_open, evidence_missing.
    """
    require(member, "close_out")
    require_own(task, member)
    if member.unit_id not in answering(task):
        raise Refusal("lead_asks", task=task.number, units=answering(task))
    require_step(task, "ask_close_out")
    still_open = [m for m in task.measures if not m.upkeep and m.progress < 100]
    if still_open:
        rows = [{"place": f"{task.number}.{m.ordinal}", "percent": m.progress} for m in still_open]
        raise Refusal("measures_open", task=task.number, measures=rows)
    require_settled(task, gauges)
    if not files or bare:
        raise Refusal("evidence_missing", task=task.number, bare=list(bare) if files else [])
    agreed = "head" if member.role == Role.HEAD else "" if has_head else "no_head"
    made = CloseOut(
        task_id=task.id,
        cycle=task.cycle,
        unit_id=member.unit_id or 0,
        member_id=member.id or 0,
        text=text,
        evidence=files,
        asked_at=now,
        state="verifying" if agreed else "asked",
    )
    facts = {"unit": member.unit_id, "text": text, "evidence": files, "agreed": agreed}
    decision = Decision(additions=[made], events=[Deed("close_out_asked", task.id, {}, facts)])
    decision += move(task, State.CLOSE_OUT_ASKED, member, now, text)
    if agreed:
        decision += move(task, State.VERIFYING, member if agreed == "head" else None, now)
    return decision, made


def next_state(case: CaseFile, state: str, **fields: Any) -> Change:
    """The application is in `state`, unless somebody decided it meanwhile."""
    close_out = case.close_out
    change = Change(CloseOut, close_out.id or 0, {"state": state, **fields}, close_out.version)
    close_out.state, close_out.version = state, close_out.version + 1
    return change


def agree(case: CaseFile, member: Member, text: str, heads: Sequence[Member], now: datetime) -> Decision:
    """The head of the unit that applied, or who stands in for them, agrees: the verifier's turn.

    Refusals: not_your_right, own_request, not_now.
    """
    require_step(case.task, "agree")
    require_head(member, heads)
    require_not_own(case, member)
    decision = Decision(
        changes=[next_state(case, "verifying")],
        events=[_deed(case, "close_out_agreed", text=text)],
    )
    return decision + move(case.task, State.VERIFYING, member, now, text)


def require_head(member: Member, heads: Sequence[Member]) -> None:
    """Refusals: not_your_right."""
    if member.id not in [head.id for head in heads]:
        raise Refusal("not_your_right", action="agree", role=member.role)


def require_verifier(case: CaseFile, member: Member, verifiers: Sequence[Member]) -> None:
    """`verifiers`: who may verify this task. Refusals: not_your_right, doer_verifies, own_request, not_your_check."""
    require(member, "verify")
    if member.unit_id in case.task.workers:
        raise Refusal("doer_verifies", task=case.task.number)
    require_not_own(case, member)
    if member.id not in [each.id for each in verifiers]:
        raise Refusal("not_your_check", task=case.task.number)


def accept(case: CaseFile, member: Member, text: str, verifiers: Sequence[Member], now: datetime) -> Decision:
    """验收合格. Refusals: those of `require_verifier`; not_now."""
    require_step(case.task, "accept")
    require_verifier(case, member, verifiers)
    return (
        Decision(
            changes=[next_state(case, "accepted")],
            additions=[_found(case, member, "accepted", text, now)],
            events=[_deed(case, "close_out_accepted", text=text, evidence=case.stamp)],
        )
        + move(case.task, State.ACCEPTED, member, now, text)
    )  # fmt: skip


def give_back(case: CaseFile, member: Member, text: str, now: datetime) -> Decision:
    """退回: the application is over; the unit has the reasons, measure by measure. Who may is asked before.

    Refusals: not_now, own_request, no_such_measure.
    """
    require_step(case.task, "return")
    require_not_own(case, member)
    reasons = itemise(case.task, text)
    found = _found(case, member, "returned", text, now)
    found.reasons = reasons
    decision = Decision(
        changes=[next_state(case, "returned", ended_at=now)],
        additions=[found],
        events=[_deed(case, "close_out_returned", reasons=reasons)],
    )
    # Nobody can answer an objection to a case that is over: that it went back is the answer.
    for objection in case.open_objections:
        decision += answered(case, objection, member, text, upheld=True, now=now)
    return decision + move(case.task, State.RETURNED, member, now, text)


def answered(case: CaseFile, row: Objection, member: Member, text: str, *, upheld: bool, now: datetime) -> Decision:
    """The objection has its answer, once."""
    fields = {"answer": text.strip(), "upheld": upheld, "answered_by": member.id, "answered_at": now}
    decision = Decision(
        changes=[Change(Objection, row.id or 0, fields, only_if={"answered_at": None})],
        events=[
            Deed(
                "objection_answered",
                case.task.id,
                {"objection": row.id},
                {"text": text.strip(), "upheld": upheld},
            )
        ],
    )
    for name, value in fields.items():
        setattr(row, name, value)
    return decision


def spot_check(
    case: CaseFile, member: Member, spot: dict[str, str], verifiers: Sequence[Member], now: datetime
) -> tuple[Decision, Verification]:
    """现场核查: a record with its day, people and conclusion; it decides nothing.

    Refusals: those of `require_verifier`; not_now.
    """
    require_verifying(case.task)
    require_verifier(case, member, verifiers)
    found = _found(case, member, "spot", spot["conclusion"], now)
    found.spot = spot
    return Decision(additions=[found], events=[_deed(case, "spot_check", spot=spot)]), found


def require_verifying(task: TaskSlice) -> None:
    """What was found on the spot stands once the verification is over. Refusals: not_now."""
    if task.state != State.VERIFYING:
        raise Refusal("not_now", task=task.number, state=str(task.state), step="spot")


def require_on_the_spot(task: TaskSlice, member: Member) -> None:
    """Pictures of a check on the spot are the verifier's. Refusals: not_your_right, not_now."""
    require(member, "verify")
    require_verifying(task)


def itemise(task: TaskSlice, text: str) -> list[dict[str, str]]:
    """Reasons by measure from `12.2 照片不清；12.3 …` (；or a line each); `measure` is empty for the whole task.

    Refusals: no_such_measure (a number of this task that is none of its measures).
    """
    known = {measure.ordinal for measure in task.measures}
    marks = [mark for mark in ITEM.finditer(text) if int(mark[1]) == task.number]
    for mark in marks:
        if int(mark[2]) not in known:
            raise Refusal("no_such_measure", task=task.number, measure=int(mark[2]), count=len(known))
    before = text[: marks[0].start()] if marks else text
    rows = [{"measure": "", "text": before.strip(" \n；;")}] if before.strip(" \n；;") else []
    ends = [*(mark.start() for mark in marks[1:]), len(text)][: len(marks)]
    for mark, end in zip(marks, ends, strict=True):
        rows.append({"measure": f"{mark[1]}.{mark[2]}", "text": text[mark.end() : end].strip(" \n；;")})
    return rows


def require_may_attach(task: TaskSlice, member: Member) -> None:
    """A struck-off cycle is frozen; who looks back on it may still add pictures of that. Refusals: task_closed."""
    if task.struck_off and member.role not in (Role.VERIFIER, Role.OFFICE):
        raise Refusal("task_closed", task=task.number, state=str(task.state))


def evidence_changed(case: CaseFile, files: list[dict[str, Any]], member: Member | None, now: datetime) -> Decision:
    """Evidence came or went after the application: the file is as it is now, and signatures given are void, visibly.

    Where only the hash of a file became known the list takes it up, unless signatures stand that were given on the list
    as it is. `member`: None when a file turned out never to come.
    """
    before = case.close_out.evidence
    if before == files:
        return Decision()
    same = [row["id"] for row in before] == [row["id"] for row in files]
    if same and case.signatures:
        return Decision()
    was, facts = {"evidence": before}, {"evidence": files}
    decision = Decision(changes=[next_state(case, case.close_out.state, **facts)])
    case.close_out.evidence = files
    if same:
        return decision + Decision(events=[_deed(case, "close_out_hashes", was, **facts)])
    decision += Decision(events=[_deed(case, "close_out_evidence", was, **facts)])
    return decision + annul(case, "evidence", member, now)


def annul(case: CaseFile, why: str, member: Member | None, now: datetime) -> Decision:
    """What was signed is no longer what stands: the signatures given are void, and asked for anew.

    Nothing while nobody has signed.
    """
    if case.task.state != State.COUNTERSIGNING:
        return Decision()
    decision = Decision(changes=[next_state(case, "noticed")]) + void(case, why, now)
    return decision + move(case.task, State.NOTICED, member, now, why)


def void(case: CaseFile, why: str, now: datetime) -> Decision:
    """Every signature that stands is void from now on; each stays on record with the reason."""
    fields = {"void_at": now, "void_why": why}
    rows = case.signatures
    case.signatures = []
    return Decision(
        changes=[Change(Signature, row.id or 0, fields, only_if={"void_at": None}) for row in rows],
        events=[_deed(case, "signature_void", signature=row.id, member=row.member_id, why=why) for row in rows],
    )


def _found(case: CaseFile, member: Member, kind: str, text: str, now: datetime) -> Verification:
    return Verification(
        close_out_id=case.close_out.id or 0,
        unit_id=member.unit_id,
        member_id=member.id or 0,
        kind=kind,
        text=text,
        at=now,
    )


def _deed(case: CaseFile, kind: str, before: dict[str, Any] | None = None, **after: Any) -> Deed:
    return Deed(kind, case.task.id, before or {}, {"close_out": case.close_out.id, **after})


def require_not_own(case: CaseFile, member: Member) -> None:
    """Nobody decides a request of their own. Refusals: own_request."""
    if same_person(member, case.asker):
        raise Refusal("own_request")
