"""Buttons of who reports: how far, on which measure, what was offered, evidence, receipt."""

from dataclasses import replace
from typing import Any

from bot.chat import messages, offering, reporting, withdrawing
from bot.chat.talk import Buttons, Talk, Verb
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.usecases import conversation, lists
from bot.usecases import report as reports

STEPS = (5, 10, 20)


def guide(talk: Talk, args: list[str]) -> None:
    """[报 07]: which measure, then how far; or reply with a sentence."""
    number = int(args[0])
    ordinal = int(args[1]) if len(args) > 1 else None
    facts = reports.guide(talk.act, number, ordinal)
    if "choices" in facts:
        rows = [
            [_measure_button(f"report:{number}", number, choice)]
            for choice in facts["choices"][: reporting.MOST_MEASURES]
        ]
        talk.say("guide_measure", facts, buttons=rows, about={"task": number})
        return
    about = {"task": number, "measure": facts["ordinal"]}
    talk.say("guide", facts, buttons=_steps(facts), about=about, edit=len(args) > 1)


def _measure_button(data: str, number: int, choice: dict[str, Any]) -> list[Any]:
    return ["measure", f"{data}:{choice['ordinal']}", {"place": f"{number}.{choice['ordinal']}", **choice}]


def _steps(facts: dict[str, Any]) -> Buttons:
    """Likely next figures; a co-operating unit gives none."""
    number, ordinal, now = facts["number"], facts["ordinal"], facts["percent"]
    last = [["difficulty", f"difficulty:{number}"]]
    if now is not None or facts["said"]:
        last.insert(0, ["same", f"same:{number}:{ordinal}"])
    if not facts["gives_percent"]:
        return [last]
    ahead = sorted({min((now or 0) + step, 100) for step in STEPS} | {100})
    return [[["percent", f"set:{number}:{ordinal}:{percent}", {"percent": percent}] for percent in ahead], last]


def set_percent(talk: Talk, args: list[str]) -> None:
    number, ordinal, percent = map(int, args)
    facts = reports.report_progress(talk.act, Claim(number, ordinal, percent), talk.source + f":{talk.inbox.id}")
    reporting.say_reported(talk, facts, edit=True)


def same(talk: Talk, args: list[str]) -> None:
    claim = Claim(int(args[0]), int(args[1]) if len(args) > 1 else None, unchanged=True)
    facts = reports.report_progress(talk.act, claim, talk.source + f":{talk.inbox.id}")
    reporting.say_reported(talk, facts)


def pick(talk: Talk, args: list[str]) -> None:
    """The measure that a typed report meant; the fourth number is the task, where the words named none."""
    inbox_id, line, ordinal, *named = map(int, args)
    original = messages.again(talk, inbox_id)
    claim = messages.claim_on(named[0], original) if named else messages.claims_in(original)[line]
    original.line = line
    if conversation.line_recorded(original.act, original.source):
        raise Refusal("already_done")
    reporting.make_pressed(talk, original, replace(claim, ordinal=ordinal))


def take(talk: Talk, args: list[str]) -> None:
    """Record what was offered, exactly as it was typed."""
    original = messages.again(talk, int(args[0]))
    claims = messages.claims_in(original)
    if messages.taken(original):
        raise Refusal("already_done")
    offering.take(talk, original, claims)


def keep(talk: Talk, args: list[str]) -> None:
    """The files of an earlier message (and its album) are evidence of this task."""
    messages.keep_earlier(talk, int(args[0]), int(args[1]))


def on_task(talk: Talk, args: list[str]) -> None:
    messages.on_task(talk, int(args[0]), int(args[1]))


def rest(talk: Talk, args: list[str]) -> None:
    """What the message lists, as far as it still is of the rest."""
    listed = (conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {}).get("tasks", [])
    numbers = reports.rest_unchanged(talk.act, listed, f"{talk.source}:{talk.inbox.id}")
    undo_button = ["undo", "undo", {"until": reports.undo_until(talk.act)}]
    talk.say("rest_done", {"tasks": numbers}, buttons=[[undo_button]], edit=True)


def offer_rest(talk: Talk, args: list[str]) -> None:
    reporting.offer_rest(talk, None)


def ack(talk: Talk, args: list[str]) -> None:
    numbers = reports.unsigned(talk.act) if args[0] == "all" else [int(args[0])]
    if not numbers:
        raise Refusal("nothing_to_sign")
    reporting.sign(talk, numbers)


def evidence(talk: Talk, args: list[str]) -> None:
    reporting.show_evidence(talk, int(args[0]))


def withdraw(talk: Talk, args: list[str]) -> None:
    """Which file, and then why."""
    if len(args) > 1:
        withdrawing.ask_reason(talk, int(args[0]), int(args[1]))
    else:
        withdrawing.choose(talk, int(args[0]))


def difficulty(talk: Talk, args: list[str]) -> None:
    """Asks for the words; the reply to the question is the difficulty."""
    number = int(args[0])
    title = lists.title_of(talk.act, number)
    about = {"task": number, "kind": "difficulty"}
    talk.say("ask_difficulty", {"number": number, "title": title}, about=about, ask=True)


def finish(talk: Talk, args: list[str]) -> None:
    number = int(args[0])
    talk.say("finished", reports.declare_finished(talk.act, number, ""), about={"task": number})


def undo(talk: Talk, args: list[str]) -> None:
    talk.say("undone", reports.undo(talk.act, int(args[0]) if args else None))


VERBS: dict[str, Verb] = {
    "report": guide,
    "set": set_percent,
    "same": same,
    "pick": pick,
    "take": take,
    "keep": keep,
    "on": on_task,
    "rest": rest,
    "offer_rest": offer_rest,
    "ack": ack,
    "evidence": evidence,
    "difficulty": difficulty,
    "finish": finish,
    "withdraw": withdraw,
    "undo": undo,
}
