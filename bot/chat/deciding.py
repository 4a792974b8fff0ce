"""Commands that decide: what waits for me, agreeing, returning."""

from typing import Any

from bot.chat.asking import number_or_refuse
from bot.chat.decision_buttons import decision_buttons
from bot.chat.reading import leading_number
from bot.chat.reopening import ask_to_reopen
from bot.chat.talk import Buttons, Talk
from bot.domain.refusal import Refusal
from bot.usecases import waiting as waitings
from bot.usecases.waiting import Told, Waiting
from bot.words import say

PAGE = 8
# How the office's reply to an objection begins.
UPHELD = ("异议成立", "成立", "属实", "upheld")
OVERRULED = ("异议不成立", "不成立", "不属实", "not upheld", "overruled")


def pending(talk: Talk, rest: str) -> None:
    show_pending(talk, 0)


def show_pending(talk: Talk, page: int, *, edit: bool = False) -> None:
    """What waits for me, the longest waiting first; a single one with all its own buttons."""
    rows = waitings.waiting_for(talk.act)
    pages = max((len(rows) + PAGE - 1) // PAGE, 1)
    page = min(max(page, 0), pages - 1)
    shown = rows[page * PAGE : (page + 1) * PAGE]
    buttons: Buttons = [row for each in shown for row in decision_buttons(each, named=len(rows) > 1)]
    turn: list[list[Any]] = [["previous", f"pending:{page - 1}"]] if page else []
    turn += [["next", f"pending:{page + 1}"]] if page + 1 < pages else []
    facts = {
        "rows": [waiting_facts(talk, each) for each in shown],
        "count": len(rows),
        "page": page + 1,
        "pages": pages,
    }
    about = {"task": shown[0].number} if len(rows) == 1 else {"tasks": [each.number for each in shown]}
    talk.say("pending", facts, buttons=[*buttons, *([turn] if turn else [])], about=about if shown else {}, edit=edit)


def waiting_facts(talk: Talk, waiting: Waiting) -> dict[str, Any]:
    office = talk.act.office
    since = office.local(waiting.since)
    days = office.calendar.between(since.date(), office.today(talk.act.now))
    own = {name: value for name, value in waiting.facts.items() if name not in ("more", "name", "table")}
    asked = {"kind": waiting.kind, "number": waiting.number, "title": waiting.title, "since": since.isoformat()}
    return {**own, **asked, "days": days, "stamp": waiting.stamp}


def named_or_replied(talk: Talk, rest: str, command: str) -> tuple[int, int | None, str]:
    """The task a decision names; in a reply to a message about a task, that one. Refusals: number_missing."""
    task = (talk.replied_about or {}).get("task")
    if task is None:
        return number_or_refuse(talk, rest, command)
    found = leading_number(rest)
    # `同意 2022-07-15` in a reply is a day, not the number of a task.
    return found if found is not None and found[0] == task else (task, None, rest)


def approve(talk: Talk, rest: str) -> None:
    """`/approve N [what the decision needs: a date, the approving document]`.

    Typed or pressed, a decision is about what the person was shown: when the evidence is another since, it is put
    before them again.
    """
    number, _, text = named_or_replied(talk, rest, "approve")
    waiting = waitings.on_task(talk.act, number)
    chats = {talk.chat_id, talk.act.person.user_id}
    if waitings.changed_since_shown(talk.act, waiting, chats):
        talk.say("refusal.seen_changed", {"own": [number], "understood": "", "command": "approve", "task": number})
        show_again(talk, waiting)
        return
    tell(talk, waiting, waitings.approve(talk.act, waiting, text))


def send_back(talk: Talk, rest: str) -> None:
    """`/return N reason`; further lines, or parts after a semicolon, `N.2 reason` itemise it measure by measure."""
    number, ordinal, text = named_or_replied(talk, rest, "return")
    waiting = waitings.on_task(talk.act, number)
    reason = f"{number}.{ordinal} {text}" if ordinal is not None else text
    tell(talk, waiting, waitings.send_back(talk.act, waiting, reason))


def tell(talk: Talk, waiting: Waiting, told: Told) -> None:
    """What is true now; or the question whose reply completes the decision."""
    facts = dict(told.facts)
    if told.kind == "confirm_reopen":
        basis = facts["basis"] or say(talk.locale, "basis.look_back", due=waiting.facts["due"])
        ask_to_reopen(talk, waiting.number, facts["reason"], basis)
        return
    buttons = facts.pop("buttons", [])
    ask = facts.pop("ask", False) or told.ask
    about = {"task": waiting.number}
    if ask:
        about = facts.pop("about", None) or {**about, "kind": "approve", "waiting": [waiting.kind, waiting.id]}
    talk.say(told.kind, facts, buttons=[] if ask else buttons, about=about, ask=ask)


def press_approve(talk: Talk, kind: str, record_id: int, stamp: str) -> None:
    waiting = still_waits(talk, kind, record_id, stamp)
    if waiting is not None:
        tell(talk, waiting, waitings.approve(talk.act, waiting, ""))


def press_return(talk: Talk, kind: str, record_id: int, stamp: str) -> None:
    """Asks for the reason; the reply to the question is the reason."""
    waiting = still_waits(talk, kind, record_id, stamp)
    if waiting is None:
        return
    about = {"task": waiting.number, "kind": "return", "waiting": [kind, record_id]}
    facts = {"kind": kind, "number": waiting.number, "title": waiting.title}
    talk.say("ask_reason", facts, about=about, ask=True)


def still_waits(talk: Talk, kind: str, record_id: int, stamp: str) -> Waiting | None:
    """What the button is about. When what was shown has changed since, nothing is decided: the person is told, and
    the decision is put before them again as it stands. Refusals: no_longer_waits."""
    try:
        return waitings.by_id(talk.act, kind, record_id, stamp)
    except Refusal as refusal:
        if refusal.reason != "seen_changed":
            raise
        talk.toast("refusal.seen_changed", refusal.facts, alert=True)
    show_again(talk, waitings.by_id(talk.act, kind, record_id))
    return None


def show_again(talk: Talk, waiting: Waiting) -> None:
    """The decision as it stands now, with a look at the evidence before its buttons."""
    facts = {"rows": [waiting_facts(talk, waiting)], "count": 1, "page": 1, "pages": 1}
    about = {"task": waiting.number}
    talk.say("pending", facts, buttons=decision_buttons(waiting), about=about)


def reply_decision(talk: Talk, about: dict[str, Any], text: str) -> None:
    """A reply to a question of ours completes the decision it is about; what was already chosen (a day) stands third
    in `waiting`. Refusals: no_longer_waits, objection_form (task), and those of the decision."""
    kind, record_id, *chosen = about["waiting"]
    found = waitings.by_id(talk.act, kind, int(record_id))
    step = about.get("kind")
    if step == "objection":
        step, text = objection_answer(found, text)
    if step == "return":
        tell(talk, found, waitings.send_back(talk.act, found, text))
    else:
        tell(talk, found, waitings.approve(talk.act, found, " ".join([*map(str, chosen), text])))


def objection_answer(found: Waiting, text: str) -> tuple[str, str]:
    """(approve or return, the reason) of a reply that begins with 成立 or 不成立. Refusals: objection_form."""
    plain = text.strip()
    for words, step in ((OVERRULED, "return"), (UPHELD, "approve")):
        for word in words:
            if plain.lower().startswith(word):
                return step, plain[len(word) :].strip(" ,，:：;；。")
    raise Refusal("objection_form", task=found.number)
