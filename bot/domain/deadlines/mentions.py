"""A mention: a point or window of time with the words that say which edge of it is meant (前, 底, 内, 起, 左右)."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot.domain.deadlines.days import DAY, Frame, Period, resolve
from bot.domain.deadlines.points import Point, read_point
from bot.domain.deadlines.reading import Unclear

Side = Literal["", "front", "inside", "stop", "start", "after", "around"]

SIDES: dict[str, Side] = {
    "前后": "around", "左右": "around", "上下": "around",
    "之前": "front", "以前": "front", "前": "front",
    "期内": "inside", "之内": "inside", "以内": "inside", "内": "inside", "期间": "inside", "间": "inside",
    "为止": "stop", "止": "stop",
    "起": "start", "开始": "start", "以来": "start",
    "及以后": "after", "之后": "after", "以后": "after", "后": "after",
}  # fmt: skip
# The characters after which 前, 内, 后 … belong to a word of the work (2022年前期工作, 2022年内河治理).
SIDE = re.compile(
    r"前后|左右|上下|之前|以前|前(?![期端列沿置往瞻进述景身头所]|[0-9]+个?[天日周月年工])"
    r"|期内|之内|以内|内(?![部容涝河源蒙陆业网控外])|期间|间(?!接|距|歇)|为止|止"
    r"|起(?![到草步因降来动重])|开始|以来|及以后|之后|以后|后(?![期续勤备评督方端])"
)
EDGE = re.compile(
    r"(?P<end>(?:年度?|月份?|季度?|期|周|旬)?(?:底(?![泥数部层线质栖座物图册账])|末(?![端梢位期]))|(?:年|月|季|周)?终(?![止端期身于究])|末期|期满)"
    r"|(?P<early>[年月季]?初(?![步级始心中检审验期])|初期)|(?P<mid>[年月季期]中(?![央心])|中期|中(?=[之以]?前|,|;|。|$|完成))"
)
CLOCK = re.compile(
    r"(?:上午|下午|中午|晚上?|早上?)?(?P<hour>[0-9]{1,2})(?:时|点|:[0-9]{2}(?::[0-9]{2})?)(?:[0-9]{1,2}分|整|半)?|下班|日终"
)
INCLUSIVE = re.compile(r"\((?P<not>不)?(?:包?含|包括)(?:本|当)?[0-9]{0,4}[日月年季度底]{0,2}\)")
TO = r"(?:起|开始)?[-至到](?:的)?"
WINDOW_LINK = re.compile(TO)
# The first half of a window may leave its unit to the second: 2021-2025年, 6-12月, 1至3季度, 10-15日.
OPEN_YEAR = re.compile(rf"(?<![0-9])([0-9]{{4}}){TO}(?=[0-9]{{4}}(?:年|$|[,;。、)]|[底末])|[0-9]{{2}}年)")
OPEN_PART = re.compile(rf"(?:第)?(?<![0-9])([0-9]{{1,2}}){TO}(?=[0-9]{{1,2}}(?P<unit>月|季度|[日号]))")
YEAR_ALONE = re.compile(r"(?<![0-9A-Za-z])(20[0-9]{2})(?=$|[,;。、)]|[底末](?!泥|数|端))")
DAY_ALONE = re.compile(r"([0-9]{1,2})[日号]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A point as it stands in the phrase; `opening` is the first half of a window."""

    text: str
    point: Point
    opening: Point | None = None
    end: bool = False
    part: Literal["", "early", "mid"] = ""
    side: Side = ""
    inclusive: bool | None = None
    midnight: bool = False

    @property
    def bare(self) -> bool:
        return not (self.end or self.part or self.side or self.opening)

    def with_edge_of(self, other: "Mention") -> "Mention":
        """2022年6月、12月底前: what stands after the last of a list holds for all."""
        return replace(self, end=other.end, part=other.part, side=other.side, inclusive=other.inclusive)


def read_mention(text: str, at: int) -> tuple[Mention, int] | None:
    """The mention that begins at `at` and where it ends; None when none does. Raises Unclear."""
    window = _read_window(text, at)
    if window:
        opening, point, end = window
    else:
        found = read_point(text, at) or _year_alone(text, at)
        if found is None:
            return None
        opening, (point, end) = None, found
    return _with_edges(Mention("", point, opening), text, at, end)


def _year_alone(text: str, at: int) -> tuple[Point, int] | None:
    """A cell that holds 2025, or 2025底 typed in haste."""
    match = YEAR_ALONE.match(text, at)
    return (Point(year=int(match[1])), match.end()) if match else None


def _day_alone(text: str, at: int) -> tuple[Point, int] | None:
    """The 15日 of 2021年6月1日—15日."""
    match = DAY_ALONE.match(text, at)
    return (Point(day=int(match[1])), match.end()) if match else None


def _read_window(text: str, at: int) -> tuple[Point, Point, int] | None:
    opening = _read_opening(text, at)
    if opening is None:
        return None
    start, middle = opening
    second = read_point(text, middle) or _year_alone(text, middle) or (_day_alone(text, middle) if start.day else None)
    return (start, second[0], second[1]) if second else None


def _read_opening(text: str, at: int) -> tuple[Point, int] | None:
    match = OPEN_YEAR.match(text, at)
    if match:
        return Point(year=int(match[1])), match.end()
    match = OPEN_PART.match(text, at)
    if match:
        number = int(match[1])
        unit = match["unit"]
        point = Point(month=number) if unit == "月" else Point(quarter=number) if unit == "季度" else Point(day=number)
        return point, match.end()
    found = read_point(text, at)
    if found is None:
        return None
    point, middle = found
    shared = OPEN_PART.match(text, middle) if point.month is None else None
    if shared and point.names_year:
        number = int(shared[1])
        point = replace(point, month=number) if shared["unit"] == "月" else replace(point, quarter=number)
        return point, shared.end()
    edge = EDGE.match(text, middle)
    link = WINDOW_LINK.match(text, edge.end() if edge else middle)
    return (point, link.end()) if link else None


def _with_edges(mention: Mention, text: str, at: int, end: int) -> tuple[Mention, int]:
    clock = CLOCK.match(text, end) if mention.point.day is not None or mention.point.day_shift is not None else None
    if clock or mention.point.weekday is not None:
        clock = clock or CLOCK.match(text, end)
        end = clock.end() if clock else end
    inclusive, end = _inclusive(text, end)
    edge = EDGE.match(text, end)
    if edge:
        end = edge.end()
        mention = replace(
            mention, end=bool(edge["end"]), part="early" if edge["early"] else "mid" if edge["mid"] else ""
        )
    if inclusive is None:
        inclusive, end = _inclusive(text, end)
    side = SIDE.match(text, end)
    if side:
        end = side.end()
        mention = replace(mention, side=SIDES[side[0]])
    if inclusive is None:
        inclusive, end = _inclusive(text, end)
    midnight = bool(clock and clock["hour"] is not None and int(clock["hour"]) == 0)
    return replace(mention, text=text[at:end], inclusive=inclusive, midnight=midnight), end


def _inclusive(text: str, at: int) -> tuple[bool | None, int]:
    match = INCLUSIVE.match(text, at)
    return (not match["not"], match.end()) if match else (None, at)


def due_of(mention: Mention, frame: Frame) -> tuple[date, Period]:
    """The last day a mention allows, and the period it names. Raises Unclear for what a person must decide."""
    try:
        return _due_of(mention, frame)
    except Unclear as unclear:
        # A season the place has not set: the fragment is all that was said of it.
        raise Unclear("season", mention.text) if unclear.note == "season" else unclear from None


def _due_of(mention: Mention, frame: Frame) -> tuple[date, Period]:
    if mention.opening and mention.point.season and mention.opening == Point(year=mention.opening.year):
        return _season_over_years(mention, mention.opening, frame)
    if mention.opening:
        return _window(mention, mention.opening, frame)
    if mention.point.names_year or mention.point.is_relative:
        period = resolve(mention.point, frame)
        due = _edge(mention, period)
        if mention.point.weekday is not None and due < frame.base:
            # 本周三前 in a document of Thursday: this week's is over, next week's is not what stands there.
            raise Unclear("past", mention.text, (due, due + 7 * DAY))
        return due, period
    return _yearless(mention, frame)


def _window(mention: Mention, opening: Point, frame: Frame) -> tuple[date, Period]:
    """The end of a window, in the year of its beginning when it names none."""
    point, yearless = mention.point, not (opening.names_year or mention.point.names_year or frame.year)
    start = resolve(opening, frame)
    if not point.names_year or point.year_follows is not None:
        frame = replace(frame, year=start.year, month=start.month)
    period = resolve(point, frame)
    due = _edge(mention, period)
    if period.last < start.first:
        choices = () if point.names_year else (_edge(mention, _next(point, period, frame)),)
        raise Unclear("backwards", mention.text, choices)
    if yearless and due < frame.base:
        raise Unclear("year_unclear", mention.text, (due, _edge(mention, _next(point, period, frame))))
    return due, period


def _edge(mention: Mention, period: Period) -> date:
    if mention.side == "around":
        raise Unclear("approximate", mention.text, (period.last,))
    if mention.part:
        raise Unclear("part_of_period", mention.text, _middle(mention, period))
    if mention.midnight:
        raise Unclear("conflict", mention.text, (period.last - DAY, period.last))
    if mention.inclusive is False:
        if mention.end:
            raise Unclear("conflict", mention.text, (period.first - DAY, period.last))
        return period.first - DAY
    if period.grain == "holiday":
        return _holiday_edge(mention, period)
    if period.grain == "season":
        return _season_edge(mention, period)
    # X日前, 底前 and 末前 include the day; 2024年8月前 may end before the month or with it (domain.md §2).
    if mention.side == "front" and not mention.end and not mention.inclusive and period.grain != "day":
        raise Unclear("before_or_end", mention.text, (period.first - DAY, period.last))
    return period.last


def _middle(mention: Mention, period: Period) -> tuple[date, ...]:
    if mention.part != "mid":
        return ()
    if period.grain == "year":
        return (date(period.year, 6, 30),)
    return (period.first.replace(day=15),) if period.grain == "month" else ()


def _holiday_edge(mention: Mention, period: Period) -> date:
    """A holiday's 前 means the day before its first day (domain.md §2); 期间 its last."""
    if mention.side == "front":
        return period.first - DAY
    if mention.side in ("inside", "stop"):
        return period.last
    raise Unclear("before_or_end", mention.text, (period.first - DAY, period.last))


def _season_edge(mention: Mention, period: Period) -> date:
    """前 means the day before a season begins, as of a holiday; 结束前, 内 and 末 its last day. A season that goes on
    into the next year ends twice in no year: 2022年采暖季末 must be asked, 2021-2022年采暖季末 not."""
    if mention.point.season_end or mention.end or mention.side in ("inside", "stop"):
        if period.first.year != period.last.year and not mention.opening:
            raise Unclear("year_unclear", mention.text, (_a_year_before(period.last), period.last))
        return period.last
    if mention.side == "front":
        return period.first - DAY
    raise Unclear("before_or_end", mention.text, (period.first - DAY, period.last))


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1)


def _season_over_years(mention: Mention, opening: Point, frame: Frame) -> tuple[date, Period]:
    """2021-2022年采暖季: the one that begins in the first year and ends in the second."""
    period = resolve(replace(mention.point, year=opening.year), frame)
    if period.last.year != mention.point.year:
        raise Unclear("season", mention.text)
    return _edge(mention, period), period


def _yearless(mention: Mention, frame: Frame) -> tuple[date, Period]:
    """The year named before, else the document's; what lies before the document's date must be asked."""
    inherited = frame.year is not None
    period = resolve(mention.point, frame)
    if mention.point.holiday == "春节" and not inherited:
        raise Unclear("year_unclear", mention.text, _coming(mention, frame, (frame.base.year, frame.base.year + 1)))
    floor = frame.due if inherited else frame.base
    if floor and period.last < floor:
        later = _edge(mention, _next(mention.point, period, frame))
        raise Unclear("backwards" if inherited else "year_unclear", mention.text, (_edge(mention, period), later))
    due = _edge(mention, period)
    if floor and due < floor:
        later = _edge(mention, _next(mention.point, period, frame))
        raise Unclear("backwards" if inherited else "year_unclear", mention.text, (due, later))
    return due, period


def _next(point: Point, period: Period, frame: Frame) -> Period:
    """The same point a year later; of a day without a month (10日前), a month later."""
    if point.day is not None and point.month is None:
        year, month = divmod(period.first.year * 12 + period.first.month, 12)
        return resolve(replace(point, month=month + 1), frame, year)
    return resolve(point, frame, period.year + 1)


def _coming(mention: Mention, frame: Frame, years: tuple[int, ...]) -> tuple[date, ...]:
    """The days not yet past that the mention would mean in those years, as far as the calendar is known."""
    days = []
    for year in years:
        try:
            days.append(_edge(mention, resolve(mention.point, frame, year)))
        except Unclear:
            continue
    return tuple(day for day in days if day >= frame.base)
