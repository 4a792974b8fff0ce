"""Handing over in chat: 转办 to another unit, 外出 with a deputy."""

from datetime import date

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.domain.decision_text import split_day
from bot.domain.people import UNIT_PEOPLE
from bot.domain.refusal import Refusal
from bot.usecases import absence as absences
from bot.usecases import extension as extensions
from bot.usecases import handover, passing

OVER = frozenset({"off", "结束", "取消", "销假", "回来", "已回", "back"})


def assign(talk: Talk, rest: str) -> None:
    """`/assign N UNIT reason`; where several units work on the task, `/assign N FROM UNIT reason`.

    Of a unit's own people `/assign N COLLEAGUE reason`; another unit is the office's to choose.
    """
    number, _, text = number_or_refuse(talk, rest, "assign")
    if talk.act.person.role in UNIT_PEOPLE:
        pass_within(talk, number, text.replace("→", " "))
        return
    words = text.replace("→", " ").split(maxsplit=2)
    if len(words) < 2:
        raise Refusal("assign_form", task=number, understood=text[:80])
    giver = None
    if len(words) == 3 and handover.is_unit(talk.act, words[1], talk.house.registry):
        giver, taker, reason = words
    else:
        taker, reason = words[0], " ".join(words[1:])
    facts = handover.pass_on(talk.act, number, taker, reason, talk.house.registry, giver)
    talk.say("passed_on", facts, about={"task": number})


def pass_within(talk: Talk, number: int, text: str) -> None:
    if any(handover.is_unit(talk.act, word, talk.house.registry) for word in text.split()[:1]):
        raise Refusal("not_your_right", action="assign", role=talk.act.person.role)
    facts = passing.pass_within(talk.act, number, text)
    talk.say("passed_within", facts, buttons=[[["card", f"card:{number}"]]], about={"task": number})


def away(talk: Talk, rest: str) -> None:
    """`/away DATE deputy`; without a name buttons ask; `/away off` ends it; alone it says how things stand."""
    plain = rest.strip()
    if plain.lower() in OVER:
        talk.say("back", absences.come_back(talk.act))
        return
    if not plain:
        show_away(talk)
        return
    day_text, name = split_day(plain)
    if not day_text:
        raise Refusal("away_form", understood=plain[:80])
    until = extensions.certain_day(talk.act, day_text)
    if name:
        say_away(talk, until, name=name)
    else:
        ask_deputy(talk, until)


def show_away(talk: Talk) -> None:
    standing = absences.absence_of(talk.act)
    if standing is None:
        raise Refusal("away_form")
    talk.say("away_stands", standing, buttons=[[["back", "away_off"]]])


def ask_deputy(talk: Talk, until: date) -> None:
    colleagues = absences.colleagues_of(talk.act)
    if not colleagues:
        raise Refusal("nobody_stands_in")
    rows: Buttons = [
        [["deputy", f"away:{until.isoformat()}:{each.id}", {"name": each.name}]] for each in colleagues[:12]
    ]
    talk.say("ask_deputy", {"until": until.isoformat()}, buttons=[*rows, [["cancel", "cancel"]]])


def say_away(talk: Talk, until: date, *, name: str = "", deputy_id: int | None = None, edit: bool = False) -> None:
    facts = absences.go_away(talk.act, until, name, deputy_id)
    talk.say("away_kept", facts, buttons=[[["back", "away_off"]]], edit=edit)
