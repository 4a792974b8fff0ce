"""Buttons: their data names a verb and ids (at most 64 bytes), and the same rules decide as for a typed command."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.chat import (
    amending,
    asking,
    assembling,
    auditing,
    closing,
    deciding,
    extending,
    handing,
    import_buttons,
    indicators,
    messages,
    offering,
    own,
    pages,
    papers,
    questioning,
    reopening,
    reporting,
    rhythms,
    running,
    silence,
    subscribing,
    urging,
    withdrawing,
)
from bot.chat.talk import Buttons, Talk
from bot.domain.decision_text import split_day
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.usecases import conversation, lists, people
from bot.usecases import report as reports

Verb = Callable[[Talk, list[str]], None]
STEPS = (5, 10, 20)


def my(talk: Talk, args: list[str]) -> None:
    # The first page may be asked from any message; the others turn the page of their own.
    which, *view, page = args
    if which not in asking.WHICH.values():
        raise Refusal("too_old")
    asking.show_my(talk, which, view[0] if view else "", int(page), edit=bool(view) or page != "0")


def card(talk: Talk, args: list[str]) -> None:
    asking.show_card(talk, int(args[0]))


def history(talk: Talk, args: list[str]) -> None:
    asking.show_history(talk, int(args[0]), int(args[1]), edit=args[1] != "0")


def due(talk: Talk, args: list[str]) -> None:
    days, *view, page = args
    asking.say_due(talk, int(days), view[0] if view else "", int(page), edit=True)


def overdue(talk: Talk, args: list[str]) -> None:
    *view, page = args
    asking.say_overdue(talk, view[0] if view else "", int(page), edit=bool(view) or page != "0")


def who(talk: Talk, args: list[str]) -> None:
    asking.who(talk, "")


def composition(talk: Talk, args: list[str]) -> None:
    name, moment, scope, *page = args
    questioning.press(talk, name, moment, scope, int(page[0]) if page else None)


def brief_word(talk: Talk, args: list[str]) -> None:
    pages.brief_word(talk, int(args[0]))


def board(talk: Talk, args: list[str]) -> None:
    papers.press_board(talk, *args)


def word(talk: Talk, args: list[str]) -> None:
    papers.press_word(talk, *args)


def excel(talk: Talk, args: list[str]) -> None:
    papers.press_excel(talk, *args)


def compare(talk: Talk, args: list[str]) -> None:
    pages.show_comparison(talk, int(args[0]))


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


def difficulty(talk: Talk, args: list[str]) -> None:
    """Asks for the words; the reply to the question is the difficulty."""
    number = int(args[0])
    title = lists.title_of(talk.act, number)
    about = {"task": number, "kind": "difficulty"}
    talk.say("ask_difficulty", {"number": number, "title": title}, about=about, ask=True)


def finish(talk: Talk, args: list[str]) -> None:
    number = int(args[0])
    talk.say("finished", reports.declare_finished(talk.act, number, ""), about={"task": number})


def extend(talk: Talk, args: list[str]) -> None:
    extending.ask_words(talk, int(args[0]))


def extend_as(talk: Talk, args: list[str]) -> None:
    """The request as it was written, with the day or the measure that was still open."""
    inbox_id, number, ordinal = map(int, args[:3])
    original = messages.again(talk, inbox_id)
    reason = messages.written_with(original, "extend", number)
    day = date.fromisoformat(args[3])
    extending.request(talk, number, ordinal or None, day, split_day(reason)[1], original=original)


def other_date(talk: Talk, args: list[str]) -> None:
    extending.ask_other_date(talk, int(args[0]))


def away(talk: Talk, args: list[str]) -> None:
    handing.say_away(talk, date.fromisoformat(args[0]), deputy_id=int(args[1]), edit=True)


def away_off(talk: Talk, args: list[str]) -> None:
    handing.away(talk, "off")


def audit(talk: Talk, args: list[str]) -> None:
    auditing.show_audit(talk, int(args[0]), int(args[1]), edit=True)


def audit_all(talk: Talk, args: list[str]) -> None:
    auditing.send_audit(talk, int(args[0]))


def history_all(talk: Talk, args: list[str]) -> None:
    asking.send_history(talk, int(args[0]))


def done(talk: Talk, args: list[str]) -> None:
    closing.apply_for(talk, int(args[0]))


def pending(talk: Talk, args: list[str]) -> None:
    page = int(args[0]) if args else 0
    deciding.show_pending(talk, page, edit=bool(args))


def approve(talk: Talk, args: list[str]) -> None:
    kind, record_id, *stamp = args
    deciding.press_approve(talk, kind, int(record_id), stamp[0] if stamp else "")


def send_back(talk: Talk, args: list[str]) -> None:
    kind, record_id, *stamp = args
    deciding.press_return(talk, kind, int(record_id), stamp[0] if stamp else "")


def draft_notice(talk: Talk, args: list[str]) -> None:
    closing.draft_notice(talk, int(args[0]))


def reopen(talk: Talk, args: list[str]) -> None:
    reopening.press_reopen(talk, int(args[0]))


def amend(talk: Talk, args: list[str]) -> None:
    amending.press_amend(talk, int(args[0]))


def withdraw(talk: Talk, args: list[str]) -> None:
    """Which file, and then why."""
    if len(args) > 1:
        withdrawing.ask_reason(talk, int(args[0]), int(args[1]))
    else:
        withdrawing.choose(talk, int(args[0]))


def lang(talk: Talk, args: list[str]) -> None:
    own.lang(talk, args[0])


def undo(talk: Talk, args: list[str]) -> None:
    talk.say("undone", reports.undo(talk.act, int(args[0]) if args else None))


def urge(talk: Talk, args: list[str]) -> None:
    running.urge_silent(talk)


def urge_task(talk: Talk, args: list[str]) -> None:
    urging.urge(talk, int(args[0]), "")


def assemble(talk: Talk, args: list[str]) -> None:
    if args[0] == "send":
        assembling.send(talk, int(args[1]), int(args[2]))
    else:
        assembling.show(talk, int(args[1]))


def urge_unit(talk: Talk, args: list[str]) -> None:
    urging.urge(talk, int(args[0]), "", int(args[1]))


def sheet_ack(talk: Talk, args: list[str]) -> None:
    urging.receive(talk, None if args[0] == "all" else [int(args[0])])


def answer_sheet(talk: Talk, args: list[str]) -> None:
    urging.ask_answer(talk, int(args[0]))


def drafts(talk: Talk, args: list[str]) -> None:
    urging.show_drafts(talk, "")


def sheet_draft(talk: Talk, args: list[str]) -> None:
    urging.show_draft(talk, int(args[0]))


def sheet_issue(talk: Talk, args: list[str]) -> None:
    urging.sign_out(talk, int(args[0]))


def sheet_issue_all(talk: Talk, args: list[str]) -> None:
    urging.sign_out_all(talk, int(args[0]))


def sheet_edit(talk: Talk, args: list[str]) -> None:
    urging.ask_words(talk, int(args[0]))


def sheet_drop(talk: Talk, args: list[str]) -> None:
    urging.drop(talk, int(args[0]))


def next_steps(talk: Talk, args: list[str]) -> None:
    urging.ask_next_steps(talk, int(args[0]))


def import_(talk: Talk, args: list[str]) -> None:
    import_buttons.press(talk, args)


def issue(talk: Talk, args: list[str]) -> None:
    running.issue_bulletin(talk, int(args[0]), edit=True)


def correct(talk: Talk, args: list[str]) -> None:
    urging.press_correct(talk, int(args[0]))


def hold(talk: Talk, args: list[str]) -> None:
    running.hold_bulletin(talk, int(args[0]), edit=True)


def members(talk: Talk, args: list[str]) -> None:
    running.show_members(talk, int(args[0]), edit=True)


def dismiss(talk: Talk, args: list[str]) -> None:
    running.ask_dismiss(talk, int(args[0]))


def dismiss_sure(talk: Talk, args: list[str]) -> None:
    gone = people.dismiss(talk.act, int(args[0]))
    talk.say("dismissed", {"name": gone.name}, edit=True)


def unsubscribe(talk: Talk, args: list[str]) -> None:
    subscribing.unsubscribe(talk, args[0])


def subscription(talk: Talk, args: list[str]) -> None:
    subscribing.press(talk, args[0], int(args[1]))


def why(talk: Talk, args: list[str]) -> None:
    if args:
        silence.show_why(talk, int(args[0]))
    else:
        silence.ask_why(talk)


def snooze(talk: Talk, args: list[str]) -> None:
    silence.do_snooze(talk, int(args[0]), int(args[1]))


def held(talk: Talk, args: list[str]) -> None:
    silence.show_held(talk)


def cadence(talk: Talk, args: list[str]) -> None:
    rhythms.do_cadence(talk, int(args[0]), args[1], edit=True)


def indicator(talk: Talk, args: list[str]) -> None:
    indicators.press(talk, int(args[0]), int(args[1]))


def indicator_page(talk: Talk, args: list[str]) -> None:
    indicators.show_all(talk, int(args[0]), edit=True)


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
    "brief_word": brief_word,
    "board": board,
    "word": word,
    "excel": excel,
    "compare": compare,
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
    "extend": extend,
    "extend_as": extend_as,
    "other_date": other_date,
    "away": away,
    "away_off": away_off,
    "audit": audit,
    "audit_all": audit_all,
    "history_all": history_all,
    "done": done,
    "pending": pending,
    "approve": approve,
    "return": send_back,
    "draft_notice": draft_notice,
    "reopen": reopen,
    "amend": amend,
    "withdraw": withdraw,
    "lang": lang,
    "undo": undo,
    "urge": urge,
    "urge_unit": urge_unit,
    "urge_task": urge_task,
    "assemble": assemble,
    "sheet_ack": sheet_ack,
    "answer": answer_sheet,
    "drafts": drafts,
    "sheet_draft": sheet_draft,
    "sheet_issue": sheet_issue,
    "sheet_issue_all": sheet_issue_all,
    "sheet_edit": sheet_edit,
    "sheet_drop": sheet_drop,
    "next_steps": next_steps,
    "issue": issue,
    "hold": hold,
    "correct": correct,
    "members": members,
    "dismiss": dismiss,
    "dismiss_sure": dismiss_sure,
    "unsubscribe": unsubscribe,
    "sub": subscription,
    "why": why,
    "snooze": snooze,
    "cadence": cadence,
    "indicator": indicator,
    "indicators": indicator_page,
    "held": held,
    "help": help_,
    "import": import_,
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
    except (ValueError, IndexError, OverflowError) as error:
        raise Refusal("too_old") from error
