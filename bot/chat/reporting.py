"""Commands that write: progress, receipt, evidence, difficulty, own check, taking back."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.chat import urging
from bot.chat.asking import number_or_refuse
from bot.chat.reading import leading_numbers
from bot.chat.talk import Buttons, Talk
from bot.domain.chat_text import RestUnchanged, alike, read_report_line, rest_unchanged, split_paragraph
from bot.domain.people import may
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.usecases import evidence as evidences
from bot.usecases import remarks, withdrawing
from bot.usecases import report as reports
from bot.usecases.lists import card, numbers_of_unit, titles_of_unit

# More than so many that may be meant are no help.
MOST_ALIKE = 4
# Telegram takes a hundred buttons; whoever has more measures than these writes the number.
MOST_MEASURES = 60


def update(talk: Talk, rest: str) -> None:
    """`进度 12 60% 清淤完成`: several numbered lines under one word are several reports, and so is a paragraph."""
    claims = claims_of(talk, rest)
    if not claims:
        raise nameless(talk, rest)
    if len(claims) == 1:
        make(talk, claims[0])
        return
    for n, claim in enumerate(claims):
        attempt(talk, claim, talk.line + n)


def claims_of(talk: Talk, rest: str) -> list[Claim]:
    """What is reported: a claim for each line that names a task, with the lines that name none added to its words."""
    written = [line for line in rest.splitlines() if line.strip()]
    lines: list[str] = []
    for line in written:
        claim = claim_of(line) if len(written) > 1 else None
        if lines and (claim is None or not claim.number):
            lines[-1] += f"\n{line}"
        else:
            lines.append(line)
    claims = [claim_of(line) for line in lines]
    if claims and all(claim is not None and claim.number for claim in claims):
        return [claim for claim in claims if claim is not None]
    parts = split_paragraph(rest, numbers_of_unit(talk.act))
    about = talk.replied_about or {}
    # A command in a reply need not repeat the number.
    if not parts and about.get("task") and (claim := claim_of(rest)) is not None:
        return [replace(claim, number=about["task"], ordinal=about.get("measure"))]
    return [Claim(part.number or 0, part.measure, part.percent, part.text, part.unchanged) for part in parts]


def nameless(talk: Talk, rest: str) -> Refusal:
    """A report without a number: what was understood of it, and which of one's tasks its words are like."""
    alone = len(talk.text.strip().splitlines()) == len(rest.splitlines())
    titles = titles_of_unit(talk.act) if talk.of_unit and alone else {}
    found = alike(rest, titles)
    meant = found if 0 < len(found) <= MOST_ALIKE else []
    rows = [{"number": number, "title": titles[number]} for number in sorted(meant)]
    return Refusal("number_missing", command="update", alike=rows, **_understood(rest))


def _understood(rest: str) -> dict[str, Any]:
    line = read_report_line(rest)
    return {"percent": line.percent, "understood": line.text} if line else {"percent": None, "understood": rest[:80]}


def claim_of(text: str) -> Claim | None:
    """What a line says of a task; number 0 when it names none. Refusals: percent_range."""
    line = read_report_line(text)
    if line is None:
        return None
    return Claim(line.number or 0, line.measure, line.percent, line.text, line.unchanged)


def attempt(talk: Talk, claim: Claim, line: int) -> None:
    """One of several lines: one that is refused stops no other."""
    talk.line = line
    try:
        make(talk, claim)
    except Refusal as refusal:
        refuse(talk, refusal)


def make(talk: Talk, claim: Claim, *, any_measure: bool = False) -> None:
    """The claim is reported and answered; when it could be several measures, buttons ask which.

    `any_measure`: words without a figure may stand with the first of them.
    """
    try:
        facts = reports.report_progress(talk.act, claim, talk.source)
    except Refusal as refusal:
        if refusal.reason != "which_measure":
            raise
        choices = refusal.facts["choices"]
        if not any_measure or claim.percent is not None:
            ask_measure(talk, claim, choices)
            return
        facts = reports.report_progress(talk.act, replace(claim, ordinal=choices[0]["ordinal"]), talk.source)
    facts["attached"] = attach_own(talk, facts)
    say_reported(talk, facts)


def make_pressed(talk: Talk, original: Talk, claim: Claim, number: int | None = None) -> None:
    """A button has said what an earlier message meant: the answer takes the place of the question."""
    try:
        facts = reports.report_progress(original.act, claim, original.source)
    except Refusal as refusal:
        if refusal.reason != "which_measure":
            raise
        talk.origin, talk.line = original.origin, original.line
        ask_measure(talk, claim, refusal.facts["choices"], number=number, edit=True)
        return
    facts["attached"] = attach_own(original, facts)
    say_reported(talk, facts, edit=True)


def say_reported(talk: Talk, facts: dict[str, Any], *, edit: bool = False) -> None:
    number = facts["number"]
    first: list[list[Any]] = [["add_evidence", f"evidence:{number}"], ["difficulty", f"difficulty:{number}"]]
    if facts["can_finish"]:
        first.insert(0, ["finish", f"finish:{number}"])
    elif facts["can_extend"]:
        first.insert(1, ["extend", f"extend:{number}"])
    second: list[list[Any]] = [["undo", f"undo:{facts['report_id']}", {"until": facts["undo_until"]}]]
    if facts["next"]:
        second.append(["next_task", f"report:{facts['next']}", {"n": facts["next"]}])
    talk.say("reported", facts, buttons=[first, second], about={"task": number}, edit=edit)


def attach_own(talk: Talk, facts: dict[str, Any]) -> int:
    """Pictures and files that came with the report are its evidence. → how many."""
    files, talk.attached = talk.attached, []
    if files:
        evidences.attach(talk.act, facts["number"], files, source=talk.source, report_id=facts["report_id"])
    return len(files)


def ask_measure(
    talk: Talk, claim: Claim, choices: list[dict[str, Any]], *, number: int | None = None, edit: bool = False
) -> None:
    named = f":{number}" if number else ""
    place = f"pick:{talk.origin or talk.inbox.id}:{talk.line}"
    rows: Buttons = []
    for c in choices[:MOST_MEASURES]:
        shown = {"place": f"{claim.number}.{c['ordinal']}", **c}
        rows.append([["measure", f"{place}:{c['ordinal']}{named}", shown]])
    facts = {"number": claim.number, "percent": claim.percent, "text": claim.text, "choices": choices}
    talk.say("which_measure", facts, buttons=[*rows, [["cancel", "cancel"]]], edit=edit)


def same(talk: Talk, rest: str) -> None:
    if rest.startswith("rest") or rest_unchanged(rest) is not None:
        offer_rest(talk, rest_unchanged(rest))
        return
    numbers, _ = leading_numbers(rest)
    about = talk.replied_about or {}
    if not numbers and about.get("task"):
        make(talk, Claim(about["task"], about.get("measure"), unchanged=True))
        return
    if not numbers:
        raise Refusal("number_missing", command="same", understood=rest[:80])
    for n, number in enumerate(numbers):
        attempt(talk, Claim(number, unchanged=True), talk.line + n)


def offer_rest(talk: Talk, found: RestUnchanged | None, besides: Collection[int] = ()) -> None:
    """其余 N 项无变化: listed first, reported by one button; a wrong N is said.

    `besides`: numbers of the tasks the same message speaks of, which are not of the rest. Refusals: nothing_left.
    """
    rest_tasks, needs_words = reports.rest_of(talk.act, besides)
    facts = {
        "tasks": [
            {
                "number": row.task.number,
                "title": row.task.title,
                "progress": row.progress,
                "upkeep": row.task.upkeep,
            }
            for row in rest_tasks
        ],
        "needs_words": [row.task.number for row in needs_words],
        "claimed": found.count if found else None,
    }
    button: list[Any] = ["rest_same", f"rest:{talk.inbox.id}", {"count": len(rest_tasks)}]
    about = {"tasks": [row.task.number for row in rest_tasks]}
    talk.say("rest_offer", facts, buttons=[[button], [["cancel", "cancel"]]], about=about)


def attempt_rest(talk: Talk, found: RestUnchanged, besides: Collection[int]) -> None:
    """The rest, behind what the message says of single tasks: a no to it takes nothing back of those."""
    try:
        offer_rest(talk, found, besides)
    except Refusal as refusal:
        refuse(talk, refusal)


def ack(talk: Talk, rest: str) -> None:
    numbers, _ = leading_numbers(rest)
    about = talk.replied_about or {}
    if not rest.strip() and about.get("task"):
        numbers = [about["task"]]
    elif rest.strip().lower() in ("all", "全部", ""):
        numbers = reports.unsigned(talk.act)
        if not numbers:
            raise Refusal("nothing_to_sign")
    if not numbers:
        raise Refusal("number_missing", command="ack", understood=rest[:80])
    sign(talk, numbers)


def sign(talk: Talk, numbers: list[int], *, edit: bool = False) -> None:
    done = reports.acknowledge(talk.act, numbers)
    talk.say("signed", {"tasks": done, "before": [n for n in numbers if n not in done]}, edit=edit)


def evidence(talk: Talk, rest: str) -> None:
    number, ordinal, _ = number_or_refuse(talk, rest, "evidence")
    if talk.attached:
        keep(talk, number, ordinal)
        return
    show_evidence(talk, number)


def show_evidence(talk: Talk, number: int) -> None:
    """The evidence kept so far as pictures and files; to add some, send it as a reply."""
    rows = evidences.evidence_of(talk.act, number)
    places, stamp, may_withdraw, cycle = withdrawing.listed(talk.act, number)
    facts = {
        "number": number,
        "stamp": stamp,
        "items": [
            {
                "n": places[row.id or 0],
                "old": row.cycle < cycle,
                "spot": row.spot_id is not None,
                "kind": row.kind,
                "name": row.file_name,
                "unit": talk.act.unit(row.unit_id),
                "at": talk.act.office.local(row.at).isoformat(),
                "state": row.state,
                "sha256": row.sha256 or "",
                "seen_on_task": row.seen_on_task,
            }
            for row in rows
        ],
        "count": len(rows),
        "may_attach": may(talk.act.person.role, "attach"),
    }
    buttons: Buttons = [[["withdraw", f"withdraw:{number}"]]] if may_withdraw else []
    talk.say("evidence", facts, buttons=buttons, about={"task": number, "evidence": True})
    for kind, files in evidences.albums(rows).items():
        talk.say("", {"files": files, "type": kind}, method="album", about={"task": number})


def keep(talk: Talk, number: int, ordinal: int | None = None, *, spot_id: int | None = None) -> None:
    """The message's files are the task's evidence now, or the pictures of a check on the spot."""
    facts = evidences.attach(talk.act, number, talk.attached, source=talk.source, ordinal=ordinal, spot_id=spot_id)
    talk.attached = []
    talk.say("evidence_kept", facts, about={"task": number} | ({"spot": spot_id} if spot_id else {}))


def difficulty(talk: Talk, rest: str) -> None:
    _remark(talk, rest, "difficulty", "difficulty")


def note(talk: Talk, rest: str) -> None:
    """`/note N text`; alone it lists what I have asked for and nobody has answered."""
    if not rest.strip():
        talk.say("instructions", remarks.my_instructions(talk.act))
        return
    _remark(talk, rest, "note", "instruction")


def _remark(talk: Talk, rest: str, command: str, kind: str) -> None:
    number, _, text = number_or_refuse(talk, rest, command)
    say_remark(talk, number, kind, text)


def say_remark(talk: Talk, number: int, kind: str, text: str) -> None:
    if kind == "urging":
        urging.urge(talk, number, text)
        return
    talk.say("remark_kept", remarks.remark(talk.act, number, kind, text), about={"task": number})


def answer_difficulty(talk: Talk, note_id: int, text: str) -> None:
    """The office's reply to a difficulty is its answer."""
    facts = remarks.answer_difficulty(talk.act, note_id, text)
    talk.say("difficulty_settled", facts, about={"task": facts["number"]})


def finish(talk: Talk, rest: str) -> None:
    number, _, text = number_or_refuse(talk, rest, "finish")
    talk.say("finished", reports.declare_finished(talk.act, number, text), about={"task": number})


def which_done(talk: Talk, rest: str) -> None:
    """A bare 办结/完成 N may mean the own check or the application for strike-off: ask."""
    number, _, _ = number_or_refuse(talk, rest, "finish")
    facts = card(talk.act, number)  # nobody learns of a task that is none of theirs
    choice = [["finish", f"finish:{number}"]] if facts["can_finish"] else []
    choice += [["done", f"done:{number}"]] if facts["can_apply"] else []
    unready = not choice and facts["mine"] and facts["progress"] < 100
    rows: Buttons = [choice] if choice else []
    rows += [[["report_this", f"report:{number}"]]] if unready else []
    said = {"number": number, "progress": facts["progress"], "unready": unready}
    talk.say("which_done", said, buttons=[*rows, [["cancel", "cancel"]]], about={"task": number})


def undo(talk: Talk, rest: str) -> None:
    talk.say("undone", reports.undo(talk.act))


def refuse(talk: Talk, refusal: Refusal) -> None:
    """A no, in words, with an example that uses the person's own numbers."""
    rows: Buttons = [
        [["take", f"on:{talk.inbox.id}:{task['number']}", {"count": 1, "n": task["number"]}]]
        for task in refusal.facts.get("alike", [])
    ]
    buttons = [*rows, [["cancel", "cancel"]]] if rows else []
    talk.say(f"refusal.{refusal.reason}", refusal_facts(talk, refusal), buttons=buttons)


def refusal_facts(talk: Talk, refusal: Refusal) -> dict[str, Any]:
    own = numbers_of_unit(talk.act)[:2] if talk.member else []
    return {"own": own, "understood": "", "command": "", **refusal.facts}
