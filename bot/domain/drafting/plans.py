"""Which plans a file holds, and the day they were issued."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.drafting.shapes import PlanDraft
from bot.domain.numbering import value_of
from bot.domain.plan_rows import Cell, Sheet

_NUMERAL = "〇○零OoＯ一二三四五六七八九十"
_DATE = (
    rf"([0-9]{{4}}|[{_NUMERAL}]{{4}})[年./-]"
    rf"([0-9]{{1,2}}|[{_NUMERAL}]{{1,2}})[月./-]([0-9]{{1,2}}|[{_NUMERAL}]{{1,3}})日?"
)
_ISSUED = r"(?:印发|发布|公布|下发|成文|发文|制发)"
# From the surest form of an issue date to the least: 印发日期：…, …印发, a date alone, a signature's last words.
_FORMS = (
    re.compile(rf"{_ISSUED}(?:日期|时间)?[:：]?{_DATE}"),
    re.compile(rf"{_DATE}(?:由?[^0-9，。；]{{0,12}})?{_ISSUED}(?![的《])"),
    re.compile(rf"^[(（]?{_DATE}[)）]?$"),
    re.compile(rf"^[^，。；0-9]{{2,24}}[(（]?{_DATE}[)）]?$"),
)
_OTHER_DAY = re.compile(r"截至|截止|填报|更新|打印|反馈|统计|制表|时限|完成|向.{0,20}市")
_OTHER_LABEL = re.compile(r"(?:截至|截止|填报|更新|打印|反馈|统计|制表)(?:日期|时间)?[:：]?\s*$")


def plans_of(sheets: Sequence[Sheet], title: str | None) -> tuple[tuple[PlanDraft, ...], tuple[int, ...]]:
    """The plans in order, and for each sheet the index of its plan.

    `title` names the first plan instead of the file. A sheet that names no plan goes on with the one before it; a plan
    is special when its title says 专项 or when the file has its main plan already.
    """
    titles: list[str] = []
    places: list[int] = []
    for at, sheet in enumerate(sheets):
        own = sheet.title or ("" if sheet.name_says_nothing else sheet.name.strip())
        if at == 0:
            titles.append(title or own or sheet.name)
        elif own and own not in (*titles, sheets[0].title):
            titles.append(own)
        elif own and own in titles:
            places.append(titles.index(own))
            continue
        elif own == sheets[0].title and own:
            places.append(0)
            continue
        places.append(len(titles) - 1)
    plans: list[PlanDraft] = []
    for name in titles:
        special = "专项" in name or any(plan.kind == "main" for plan in plans)
        plans.append(PlanDraft(name, "special" if special else "main"))
    return tuple(plans), tuple(places)


def issue_date(sheets: Sequence[Sheet], places: Sequence[int]) -> date | None:
    """The day in the lines around the first plan's tables; else the one day all the other plans agree on; else None."""
    own = _best(line for sheet, plan in zip(sheets, places, strict=True) if plan == 0 for line in _lines(sheet))
    if own is not None:
        return own
    others = {found for sheet in sheets if (found := _best(_lines(sheet))) is not None}
    return others.pop() if len(others) == 1 else None


def _lines(sheet: Sheet) -> Iterable[Cell]:
    before = ""
    for line in sheet.lines:
        # A label and its day often stand in two cells beside each other: 填报日期 | 2022年6月10日.
        if not _OTHER_LABEL.search(before):
            yield line
        before = line.text


def _best(lines: Iterable[Cell]) -> date | None:
    texts = [re.sub(r"\s+", "", unicodedata.normalize("NFKC", line.text)) for line in lines]
    for form in _FORMS:
        for text in texts:
            found = form.search(text) if len(text) <= 60 else None
            if found and not _OTHER_DAY.search(text) and (day := _day(*found.groups()[:3])) is not None:
                return day
    return None


def _day(year: str, month: str, day: str) -> date | None:
    digits = str.maketrans("〇○零OoＯ一二三四五六七八九", "000000123456789")
    try:
        return date(int(year.translate(digits)), value_of(month), value_of(day))
    except ValueError:
        return None
