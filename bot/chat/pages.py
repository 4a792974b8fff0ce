"""Commands for pages made from the ledger: one page on a unit, before and after, the monthly bill."""

import re
from datetime import date, timedelta

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.domain.burden import month_before
from bot.domain.people import SEES_ALL
from bot.domain.refusal import Refusal
from bot.usecases import burden as burdens
from bot.usecases import comparison as comparisons
from bot.usecases import one_page

MONTH = re.compile(r"(\d{4})\s*[-年./]\s*(\d{1,2})\s*月?")
NOW, LAST = ("now", "本月", "this"), ("", "last", "上月")


def brief(talk: Talk, rest: str) -> None:
    """会前一页纸 UNIT; people of a unit need not name it."""
    unit_id = one_page.unit_asked(talk.act, rest, talk.house.registry)
    facts = one_page.brief(talk.act, unit_id)
    numbers = [task["number"] for task in facts["due"]]
    rows: Buttons = [[["task_number", f"card:{number}", {"n": number}] for number in numbers[:5]]] if numbers else []
    rows.append([["brief_word", f"brief_word:{unit_id}"]])
    talk.say("brief", facts, buttons=rows, about={"tasks": numbers}, privately=True)


def brief_word(talk: Talk, unit_id: int) -> None:
    """[Word]: the page as it stands now."""
    facts = one_page.paper(talk.act, unit_id, talk.house.data)
    talk.say("brief_paper", facts, method="document")


def compare(talk: Talk, rest: str) -> None:
    """`前后对比 12` or `12.2`."""
    number, ordinal, _ = number_or_refuse(talk, rest, "compare")
    show_comparison(talk, number, ordinal)


def show_comparison(talk: Talk, number: int, ordinal: int | None = None) -> None:
    facts = comparisons.comparison(talk.act, number, ordinal)
    talk.say("comparison", facts, about={"task": number}, method="pair")


def bill(talk: Talk, rest: str) -> None:
    """减负账单 [MONTH]: last month's without one."""
    first, after = _month(talk, rest)
    show_bill(talk, first, after)


def _month(talk: Talk, rest: str) -> tuple[date, date]:
    """Refusals: bad_month (unreadable, or still to come)."""
    plain, today = rest.strip().lower(), talk.act.office.today(talk.act.now)
    if plain in LAST:
        return month_before(today)
    if plain in NOW:
        return today.replace(day=1), today + timedelta(days=1)
    found = MONTH.fullmatch(plain)
    if found is None or not 1 <= int(found[2]) <= 12:
        raise Refusal("bad_month", text=rest.strip()[:30])
    first = date(int(found[1]), int(found[2]), 1)
    if first > today:
        raise Refusal("bad_month", text=rest.strip()[:30])
    after = (first + timedelta(days=31)).replace(day=1)
    return first, min(after, today + timedelta(days=1))


def show_bill(talk: Talk, first: date, after: date) -> None:
    person = talk.act.person
    facts = burdens.bill(talk.act, first, after, None if person.role in SEES_ALL else person.unit_id)
    talk.say("burden", facts, privately=True)
