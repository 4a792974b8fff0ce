"""Buttons: their data names a verb and ids (at most 64 bytes), and the same rules decide as for a typed command."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.chat import asking, messages, own, reporting, running
from bot.chat.talk import Buttons, Talk
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.usecases import lists, people
from bot.usecases import report as reports

Verb = Callable[[Talk, list[str]], None]
STEPS = (5, 10, 20)


def my(talk: Talk, args: list[str]) -> None:
    # The first page may be asked from any message; the others turn the page of their own.
    asking.my(talk, args[0], int(args[1]), edit=args[1] != "0")


def card(talk: Talk, args: list[str]) -> None:
    asking.show_card(talk, int(args[0]))


def history(talk: Talk, args: list[str]) -> None:
    asking.show_history(talk, int(args[0]), int(args[1]), edit=args[1] != "0")


def due(talk: Talk, args: list[str]) -> None:
    facts = lists.due_within(talk.act, int(args[0]))
    asking.say_list(talk, "due", facts, f"due:{args[0]}", int(args[1]), edit=True)


def overdue(talk: Talk, args: list[str]) -> None:
    asking.say_list(talk, "overdue", lists.overdue(talk.act), "overdue", int(args[0]), edit=args[0] != "0")


def who(talk: Talk, args: list[str]) -> None:
    asking.who(talk, "")


def composition(talk: Talk, args: list[str]) -> None:
    name, stamp, scope, *page = args
    asking.show_composition(talk, name, stamp, scope, int(page[0]) if page else 0)


def guide(talk: Talk, args: list[str]) -> None:
    """[报 07]: which measure, then how far; or reply with a sentence."""
    number = int(args[0])
    ordinal = int(args[1]) if len(args) > 1 else None
    facts = reports.guide(talk.act, number, ordinal)
    if "choices" in facts:
        rows = [[_measure_button(f"report:{number}", number, choice)] for choice in facts["choices"]]
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
    try:
        facts = reports.report_progress(talk.act, claim, talk.source + f":{talk.inbox.id}")
    except Refusal as refusal:
        if refusal.reason != "which_measure":
            raise
        guide(talk, args[:1])
        return
    reporting.say_reported(talk, facts)


def pick(talk: Talk, args: list[str]) -> None:
    """The measure that a typed report meant."""
    inbox_id, line, ordinal = map(int, args)
    original = messages.again(talk, inbox_id)
    claim = messages.claims_in(original)[line]
    original.line = line
    facts = reports.report_progress(original.act, replace(claim, ordinal=ordinal), original.source)
    reporting.say_reported(talk, facts, edit=True)
    reporting.attach_own(original, facts)


def take(talk: Talk, args: list[str]) -> None:
    """Record what was offered, exactly as it was typed."""
    original = messages.again(talk, int(args[0]))
    claims = messages.claims_in(original)
    if messages.taken(original):
        raise Refusal("already_done")
    if len(claims) == 1:
        facts = reports.report_progress(original.act, claims[0], original.source)
        reporting.say_reported(talk, facts, edit=True)
        reporting.attach_own(original, facts)
        return
    talk.say("offer_taken", {"tasks": [claim.number for claim in claims]}, edit=True)
    for line, claim in enumerate(claims):
        reporting.attempt(original, claim, line)
    talk.said = original.said


def keep(talk: Talk, args: list[str]) -> None:
    """The files of an earlier message (and its album) are evidence of this task."""
    messages.keep_earlier(talk, int(args[0]), int(args[1]))


def on_task(talk: Talk, args: list[str]) -> None:
    messages.on_task(talk, int(args[0]), int(args[1]))


def rest(talk: Talk, args: list[str]) -> None:
    found, _ = reports.rest_of(talk.act)
    numbers = reports.rest_unchanged(talk.act, [row.task.number for row in found], f"{talk.source}:{talk.inbox.id}")
    undo_button = ["undo", "undo", {"until": reports.undo_until(talk.act)}]
    talk.say("rest_done", {"tasks": numbers}, buttons=[[undo_button]], edit=True)


def offer_rest(talk: Talk, args: list[str]) -> None:
    reporting.offer_rest(talk, "")


def ack(talk: Talk, args: list[str]) -> None:
    numbers = reports.unsigned(talk.act) if args[0] == "all" else [int(args[0])]
    if not numbers:
        raise Refusal("nothing_to_sign")
    reporting.sign(talk, numbers)


def evidence(talk: Talk, args: list[str]) -> None:
    reporting.show_evidence(talk, int(args[0]))


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
    talk.say("undone", reports.undo(talk.act))


def urge(talk: Talk, args: list[str]) -> None:
    running.urge_silent(talk)


def issue(talk: Talk, args: list[str]) -> None:
    running.issue_bulletin(talk, int(args[0]), edit=True)


def hold(talk: Talk, args: list[str]) -> None:
    running.hold_bulletin(talk, int(args[0]), edit=True)


def dismiss(talk: Talk, args: list[str]) -> None:
    gone = people.dismiss(talk.act, int(args[0]))
    talk.say("dismissed", {"name": gone.name})


def unsubscribe(talk: Talk, args: list[str]) -> None:
    own.unsubscribe(talk, args[0])


def help_(talk: Talk, args: list[str]) -> None:
    own.help_(talk, "")


def cancel(talk: Talk, args: list[str]) -> None:
    talk.say("cancelled", edit=True)


VERBS: dict[str, Verb] = {
    "my": my,
    "card": card,
    "history": history,
    "due": due,
    "overdue": overdue,
    "who": who,
    "of": composition,
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
    "undo": undo,
    "urge": urge,
    "issue": issue,
    "hold": hold,
    "dismiss": dismiss,
    "unsubscribe": unsubscribe,
    "help": help_,
    "cancel": cancel,
}


def press(talk: Talk, data: str) -> None:
    """What the button says is done. Refusals: too_old (a button of an earlier version) and those of the verb."""
    verb, *args = data.split(":")
    run = VERBS.get(verb)
    if run is None:
        raise Refusal("too_old")
    try:
        run(talk, args)
    except (ValueError, IndexError) as error:
        raise Refusal("too_old") from error
