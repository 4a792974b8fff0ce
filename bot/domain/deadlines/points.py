"""Points of time as written: 2021年6月, 明年二季度, “十四五”, 国庆节, 2021.12.31.

`read_point` reads one at a place of a normalised text. Which days it covers is `days.py`; what 前 or 底 does with it
is `mentions.py`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.domain.deadlines.reading import Unclear
from bot.domain.local_days import SEASON_OF


@dataclass(frozen=True, slots=True)
class Point:
    """The parts of a point as written; None = not written. Shifts count from the document's (or last named) period."""

    year: int | None = None
    short_year: bool = False
    year_shift: int | None = None  # 今年 0, 明年 1: from the document's year
    year_follows: int | None = None  # 当年 0, 次年 1: from the year named before
    plan: int | None = None  # 十四五 = 14
    plan_years: int | None = None  # 十四五前三年 = 3
    half: int | None = None
    quarter: int | None = None
    quarter_shift: int | None = None
    first_quarters: int | None = None
    first_months: int | None = None
    month: int | None = None
    month_shift: int | None = None
    month_follows: bool = False  # 当月, 次月, 月底: from the month named before, if there is one
    xun: str | None = None
    day: int | None = None
    week_shift: int | None = None
    weekday: int | None = None
    day_shift: int | None = None
    holiday: str | None = None
    season: str | None = None  # a local season (汛期), by its name in the settings
    season_end: bool = False  # 汛期结束: its last day is meant

    @property
    def names_year(self) -> bool:
        return not (self.year is None and self.year_shift is None and self.year_follows is None and self.plan is None)

    @property
    def is_relative(self) -> bool:
        """Counted from the document's own day, so that it needs no year."""
        return not (self.month_shift is None and self.quarter_shift is None and self.day_shift is None) or (
            self.week_shift is not None or self.weekday is not None
        )


HOLIDAY_NAMES = {
    "元旦": "元旦", "春节": "春节", "清明": "清明节", "劳动节": "劳动节", "五一": "劳动节", "端午": "端午节",
    "中秋": "中秋节", "国庆": "国庆节", "十一": "国庆节",
    "七一": "建党节", "建党": "建党节", "八一": "建军节", "建军": "建军节", "六五": "环境日", "世界环境日": "环境日",
}  # fmt: skip
_FRONT = r"(?:[之以]?前(?!后)|假?期间|[之以]?内)"
HOLIDAY = (
    r"(?P<holiday>元旦|春节|清明(?=节|假|前|期)|国庆|端午|中秋|劳动节"
    rf"|五一(?=(?:国际)?劳动节|节|(?:小?长假|假期|黄金周)?{_FRONT})"
    rf"|(?<![双二三四五六七八九])十一(?=(?:国庆节?|(?:小?长)?假期?|黄金周)?{_FRONT})"
    rf"|(?:七一|建党|八一|建军|六五)(?=(?:建党|建军|世界)?(?:节|环境日)?{_FRONT})|世界环境日)"
    r"(?:国际劳动节|劳动节|国庆节?|建党节?|建军节?|世界环境日|环境日|佳节|节)?(?:小?长假|假期|假|黄金周)?"
)
# A local season is a time only with an edge: 汛期安全检查 is work.
_SEASON_NAME = r"(?P<local>" + "|".join(sorted(SEASON_OF, key=len, reverse=True)) + ")"
_SEASON_EDGE = r"(?:来临|到来|开始)?[之以]?前(?!后)|期间|[之以]?内(?![部容涝河源陆])|[末底]|期满"
LOCAL = rf"(?<![主非]){_SEASON_NAME}(?:(?P<localend>结束)|(?:来临|到来|开始)(?=[之以]?前)|(?={_SEASON_EDGE}))"
LOCAL_OF_YEAR = LOCAL.replace(f"(?={_SEASON_EDGE})", f"(?={_SEASON_EDGE}|$|[,;。、)])")
YEAR = (
    r"(?:(?<![0-9])(?P<year>[0-9]{4})(?:年度?|(?=[底末](?!泥|数|端)|第?[1-4]季度|[QqHh][1-4]|[上下]半年))"
    r"|(?<![0-9])(?P<year2>[0-9]{2})年度?(?!以上)"
    r"|(?P<shift>今年|本年度?|明年|来年|后年|去年|[上下][一1]?年)度?|(?P<follows>当年|同年|次年|翌年)度?)"
    r"(?:年(?=[底末终初中]))?(?:全年)?的?"
)
BARE_YEAR = (
    r"(?<![0-9A-Za-z*?_×□某几数多干近些往前少整同个各历逐每半跨隔一二三四五六七八九十两])"
    r"(?P<bareyear>年度?)(?=[底末终内]|年[底末])"
)
MONTH_DAY = (
    r"(?:的?(?P<day>[0-9]{1,2})(?:[日号]|(?=[之以]?前|止|$|[,;。、)]))"
    r"|(?P<xun>上中|中下|上|中|下)旬|(?P<halfmonth>[上下前后]半)月)?"
)
SEASON = (
    r"(?:(?P<half>[上下后]|(?<!提)前)半年|[Hh](?P<h>[12])(?![0-9])|前(?P<firstq>[1-4])个?季度|[前头](?P<firstm>[0-9]{1,2})个月"
    r"|(?:第|(?<![0-9]))(?P<quarter>[1-4])个?(?:季度|季(?=[末底]))|[Qq](?P<q>[1-4])(?![0-9])"
    r"|(?P<qname>首|末)季度"
    r"|(?P<qshift>本|当|这个?|下个?|上个?)(?:季度|季(?=[末底内]))"
    r"|(?<![0-9每逐按各A-Za-z*×某第几个一二三四两])(?P<bareq>季度?)(?=[末底])"
    r"|(?:(?<![0-9])(?P<month>[0-9]{1,2})月份?|(?P<mshift>本月|当月|这个?月|下个?月|次月|上个?月)份?"
    r"|(?<![0-9每逐按各A-Za-z*?_×□某几数干近腊正冬闰双单首月个半跨隔一二三四五六七八九十两])(?P<barem>月)(?=[底末内]))"
    + MONTH_DAY
    + ")"
)
PLAN = (
    r"(?P<plan>十[一二三四五六七八九]五)(?:(?:规划|计划)?(?:时期|期间?)?的?[前头](?P<planyears>[1-4])年"
    r"|(?:规划|计划)?(?:时期|(?=期[末内间满])|期(?!末|内|间|满))"
    r"|(?:规划|计划)(?=[末底]|[之以]?[前内]|期|$)|(?=[底末中前内初间]|[之以]前|完成|$|[-至到,;。、)]))"
)
WEEK = (
    r"(?:(?P<wshift>本|这|下个?|上个?)(?:周|星期|礼拜)(?P<wday>[一二三四五六日天1-7](?![0-9年月]))?"
    r"|(?:周|星期|礼拜)(?P<wday2>[一二三四五六日天](?=[之以]?前|$|[,;。]|下班|[上下]午|[0-9])))"
)
RELATIVE_DAY = r"(?P<dshift>今天|今日|即日(?!起)|明天|明日|后天)"
DAY_ONLY = r"(?<![0-9.])(?P<only>[0-9]{1,2})[日号](?=[之以]?前|止|[,、和及至-][0-9]{1,2}[日号])"

_SEASON_ALONE = re.sub("<([a-z]+)>", "<alt_\\1>", SEASON)  # a second copy in one pattern needs names of its own
# Without a year before it, 前 or 后 must stand where a time may begin: 12月31日前3个月 is no first quarter, and
# 验收后半年 no second half of a year.
_MAY_BEGIN = r"(?<![^-,;。、(:/和及与于在至的争取上])"
_SEASON_ALONE = _SEASON_ALONE.replace("|前(?P<alt_firstq", f"|{_MAY_BEGIN}前(?P<alt_firstq")
_SEASON_ALONE = _SEASON_ALONE.replace("|[前头](?P<alt_firstm", f"|{_MAY_BEGIN}[前头](?P<alt_firstm")
_SEASON_ALONE = _SEASON_ALONE.replace("[上下后]|(?<!提)前)半年", f"[上下]|{_MAY_BEGIN}[前后])半年")
# 国庆桥 and 元旦路 are places.
_HOLIDAY_ALONE = HOLIDAY.replace("<holiday>", "<alt_holiday>") + (
    r"(?:(?<=[节假周])|(?=[前后底内期止;,。、)/和及与至到-]|[之以]前|$))"
)
_LOCAL_ALONE = LOCAL.replace("<local", "<alt_local")
WORDED = re.compile(
    rf"(?:{PLAN}|{WEEK}|{RELATIVE_DAY}|{YEAR}(?:{HOLIDAY}|{LOCAL_OF_YEAR}|{SEASON})?"
    rf"|{_HOLIDAY_ALONE}|{_LOCAL_ALONE}|{_SEASON_ALONE}|{BARE_YEAR}|{DAY_ONLY})"
)
TYPED = re.compile(
    r"(?<![0-9.])(?:(?P<year>[0-9]{4})(?P<s>[-./])(?P<month>[0-9]{1,2})(?P=s)(?P<day>[0-9]{1,2})[日号]?(?![0-9])"
    r"|(?P<year2>[0-9]{2})(?P<s2>[-./])(?P<month2>[0-9]{1,2})(?P=s2)(?P<day2>[0-9]{1,2})[日号]?(?![0-9.])"
    r"|(?P<y8>(?:19|20)[0-9]{2})(?P<m8>[0-9]{2})(?P<d8>[0-9]{2})(?![0-9])"
    r"|(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})/(?P<late>[0-9]{4})(?![0-9])"
    r"|(?P<ymy>[0-9]{4})[-./](?P<ymm>[0-9]{1,2})(?![0-9年月.]|[-/][0-9]{1,2}(?![0-9]))"
    r"|(?P<y6>20[0-9]{2})(?P<m6>0[1-9]|1[0-2])(?![0-9])"
    r"|(?P<mdm>1[0-2]|0?[1-9])(?:[./]|-(?=1[3-9]|2[0-9]|3[01]))(?P<mdd>[0-3]?[0-9])[日号]?"
    r"(?=[之以]?前|止|完成|$|[,;。、)]|-[0-9]|[至到][0-9]))"
)
# What the first character of 去年, 本月, 下周 … adds to the period it counts from.
SHIFTS = {**dict.fromkeys("去上", -1), **dict.fromkeys("今本当同这即", 0), **dict.fromkeys("明来次翌下", 1), "后": 2}
CN_DIGIT = {char: number for number, char in enumerate("一二三四五六七八九", 1)}
WEEKDAYS = {**{char: n for n, char in enumerate("一二三四五六日")}, "天": 6, **{str(n + 1): n for n in range(7)}}


def read_point(text: str, at: int) -> tuple[Point, int] | None:
    """The point that begins at `at` and where it ends; None when none does."""
    match = TYPED.match(text, at)
    if match:
        return _typed(match), match.end()
    match = WORDED.match(text, at)
    if match and match.end() > at:
        part = {name.removeprefix("alt_"): value for name, value in match.groupdict().items() if value}
        return _worded(part), match.end()
    return None


def _typed(match: re.Match[str]) -> Point:
    part = {name: int(value) for name, value in match.groupdict().items() if value and value.isdigit()}
    if "year2" in part:
        return Point(year=2000 + part["year2"], short_year=True, month=part["month2"], day=part["day2"])
    if "late" in part:
        return _slashed(part["first"], part["second"], part["late"], match[0])
    for year, month, day in (("year", "month", "day"), ("y8", "m8", "d8"), ("ymy", "ymm", ""), ("y6", "m6", "")):
        if year in part:
            return Point(year=part[year], month=part[month], day=part.get(day))
    return Point(month=part["mdm"], day=part["mdd"])


def _slashed(first: int, second: int, year: int, fragment: str) -> Point:
    """12/31/2021 or 31/12/2021; when both could be the month a person must say."""
    if first > 12:
        return Point(year=year, month=second, day=first)
    if second > 12 or first == second:
        return Point(year=year, month=first, day=second)
    raise Unclear("conflict", fragment, (date(year, first, second), date(year, second, first)))


def _worded(part: dict[str, str]) -> Point:
    if "plan" in part:
        years = part.get("planyears")
        return Point(plan=10 + CN_DIGIT[part["plan"][1]], plan_years=int(years) if years else None)
    if "dshift" in part:
        return Point(day_shift=SHIFTS[part["dshift"][0]])
    if "wshift" in part or "wday2" in part:
        weekday = part.get("wday") or part.get("wday2")
        shift = SHIFTS[part["wshift"][0]] if "wshift" in part else None
        return Point(week_shift=shift, weekday=WEEKDAYS[weekday] if weekday else None)
    if "only" in part:
        return Point(day=int(part["only"]))
    return replace(_season(part), **_year(part))


def _year(part: dict[str, str]) -> dict[str, Any]:
    if "year" in part:
        return {"year": int(part["year"])}
    if "year2" in part:
        return {"year": 2000 + int(part["year2"]), "short_year": True}
    if "shift" in part:
        return {"year_shift": SHIFTS[part["shift"][0]]}
    if "follows" in part:
        return {"year_follows": SHIFTS[part["follows"][0]]}
    return {"year_follows": 0} if "bareyear" in part else {}


def _season(part: dict[str, str]) -> Point:
    if "holiday" in part:
        return Point(holiday=HOLIDAY_NAMES[part["holiday"]])
    if "local" in part:
        return Point(season=SEASON_OF[part["local"]], season_end="localend" in part)
    if "half" in part or "h" in part:
        return Point(half=1 if part.get("half", part.get("h")) in ("上", "前", "1") else 2)
    if "firstq" in part:
        return Point(first_quarters=int(part["firstq"]))
    if "firstm" in part:
        return Point(first_months=int(part["firstm"]))
    if "quarter" in part or "q" in part:
        return Point(quarter=int(part.get("quarter") or part["q"]))
    if "qname" in part:
        return Point(quarter=1 if part["qname"] == "首" else 4)
    if "qshift" in part or "bareq" in part:
        return Point(quarter_shift=SHIFTS[part.get("qshift", "本")[0]])
    point = Point(day=int(part["day"]) if "day" in part else None, xun=part.get("xun") or part.get("halfmonth"))
    if "month" in part:
        return replace(point, month=int(part["month"]))
    if "mshift" in part or "barem" in part:
        written = part.get("mshift", "当")
        return replace(point, month_shift=SHIFTS[written[0]], month_follows=written[0] in "当次")
    return point
