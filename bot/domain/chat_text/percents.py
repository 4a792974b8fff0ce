"""Which percentage in a report is progress, and which is only a figure in it (同比下降12%, 覆盖率25%)."""

import re
from dataclasses import dataclass

from bot.domain.chat_text.writing import CHINESE_NUMBER, chinese_number
from bot.domain.refusal import Refusal

# 八成, 七成五, 七成半; but 一成不变, 三成立, 十成员 count nothing.
_TENTHS = (
    r"(?P<tenths>\d|十|[一二两三四五六七八九])成"
    r"(?:(?P<more>[一二三四五六七八九\d](?![\d.]|\s*%)|半)|(?![立果效品本功不员都交人年熟型分套语为]))"
)
_PERCENT = (
    rf"(?:(?P<digits>\d{{1,5}}(?:\.\d+)?)\s*%|(?P<spelt>{CHINESE_NUMBER})\s*%"
    rf"|百分之(?P<words>\d{{1,3}}(?:\.\d+)?|{CHINESE_NUMBER})|{_TENTHS})"
)
# 进度 7 -5%: a figure below nought, and no dash between number and figure (7-60%, 7 - 60%).
_BELOW = re.compile(r"(?:\s+|(?<!\S))[-−](?P<digits>\d{1,3})(?:\.\d+)?\s*%")
_ABOUT = r"(?:已经?|约|大约|近|接近|将近|超过?|达到?|到|至|为|是|了|[:,，：\s])*"
_OPENING = (
    r"(?:目前|现在?|当前|已经?|累计|截至目前|截止目前|总体|整体|总|形象|工程|项目|整改|任务)*"
    r"(?:进度|进展|完成率|完成比例|完成|progress|done|completed?)?"
)
# In front: directly after the task's number, or first of all.
_FRONT = re.compile(
    rf"\s*(?P<bracket>\()?(?P<opening>{_OPENING}{_ABOUT}){_PERCENT}(?:\s*(?:左右|以上|多|许))?(?(bracket)\s*\))"
)
# 55%→62%, 由55%提高到62%: the later figure.
_FRONT_CHANGE = re.compile(
    rf"\s*(?P<opening>{_OPENING})(?:[由从]\s*\d{{1,3}}(?:\.\d+)?\s*%\s*[一-鿿]{{0,2}}[到至]|\d{{1,3}}(?:\.\d+)?\s*%\s*"
    rf"(?:→|-+>|=+>|[一-鿿]{{2}}[到至]))\s*{_PERCENT}"
)
_CUMULATIVE = re.compile(rf"累计(?:已经?|完成|进度|工程量|总?量|的)*{_ABOUT}{_PERCENT}")
# 本周完成5%: what was added, not where it stands.
_ADDED = re.compile(r"(?:今天|今日|昨天|昨日|当日|当天|本周|上周|本月|本期|新增|又|再)(?:内|新|共|又)?$")
_RANGE = re.compile(r"\s*[-~～—–至到]\s*\d+(?:\.\d+)?\s*%|\s*的(?!进度|进展)")

_ANY = re.compile(_PERCENT)
# 完成N%, 进度N%, 达到N%, 完成年度任务的N%: what may stand between the key and the figure.
_KEYED = re.compile(
    r"(?P<key>完成率|完成比例|整改率|形象进度|进度|进展|完成|完工|竣工|推进|达到?|progress|completed?|done|finished)"
    r"(?:了|已经?|约|大约|近|接近|将近|超过?|达到?|到|至|为|是|计?|总|全部|年度|全年|整体|工程|任务|计划|目标|工作|量|的|is|at|to|[:：,，\s])*$"
)
_FROM_TO = re.compile(
    r"(?P<key>进度|进展|完成率|完成|推进)[^,，。;；]{0,4}[由从]?\d{1,3}(?:\.\d+)?\s*%[^,，。;；%]{0,6}(?:到|至)$"
)
# 达标率达到95%: a rate of something else that reached a figure.
_OTHER_RATE = re.compile(r"(?<!完成)(?:率|比例|比重|占比|浓度|指数|水质|水位|负荷|天数|系数|同比|环比|含量|优良|库容)$")
_NOT_YET = re.compile(
    r"[未没](?:有|能|全部|能够)?$|尚未|仍未|还未|(?<![按照超原成])计划|预计|力争|争取|拟(?!定)|即将|确保|目标|应当?|要求|需要?|下周|下月|下一步|下步|明年|底前|日前"
)
_DONE_AFTER = re.compile(r"\s*(?:完成|完工|竣工|办结|done|complete)")
_RATE_BEFORE = re.compile(
    r"(?:率|比例|比|浓度|下降|上升|增长|减少|提高|提升|降低|剩余?|还差|尚有|余)\s*(?:了|约|为|达到?)?$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A percentage in front of a report, and where the words begin that are kept."""

    value: int
    end: int


def front_percent(plain: str) -> Found | None:
    """The percentage in front of a line: `60% 清淤完成`, `已完成60%，…`. Refuses percent_range (percent) above 100."""
    found = _FRONT_CHANGE.match(plain) or _FRONT.match(plain)
    if found is None or _RANGE.match(plain, found.end()):
        return None
    value = _figure(found)
    if value is None:
        return None
    if value > 100:
        raise Refusal("percent_range", percent=value)
    # 完成60%清淤: the words run on and stay whole; 完成60%，余4个: they end here.
    # 完成七成，余三成: a rough figure stays where it was said.
    rough = bool(found["tenths"]) or plain[found.end() : found.end() + 1].isalpha()
    runs_on = rough and bool(found["opening"].strip(" ,，:："))
    return Found(value, 0 if runs_on else found.end())


def cumulative_percent(plain: str) -> int | None:
    """累计完成65% says where it stands, whatever else was done this week."""
    found = _CUMULATIVE.search(plain)
    value = _figure(found) if found else None
    if found is None or value is None or value > 100 or _RANGE.match(plain, found.end()):
        return None
    clause = re.split(r"[,，。;；\n]", plain[: found.start()])[-1]
    return None if _NOT_YET.search(clause) else value


def stated_percent(plain: str) -> int | None:
    """The one percentage within the words that is the progress: 清淤完成62%, 进度由55%提高到62%; several give None."""
    values = {value for match in _ANY.finditer(plain) if (value := _progress(plain, match)) is not None}
    return values.pop() if len(values) == 1 else None


def _progress(plain: str, match: re.Match[str]) -> int | None:
    value = _figure(match)
    before = re.split(r"[。;；\n]", plain[: match.start()])[-1]
    if value is None or value > 100 or _RANGE.match(plain, match.end()) or re.search(r"\d\s*[-~～—–]$", before):
        return None
    return value if _is_keyed(before) or _is_done_after(plain, match, before) else None


def _is_keyed(before: str) -> bool:
    key = _FROM_TO.search(before) or _KEYED.search(before)
    if key is None:
        return False
    clause = re.split(r"[,，]", before[: key.start()])[-1]
    if key["key"] in ("达", "达到", "推进") and _OTHER_RATE.search(clause):
        return False
    return not _NOT_YET.search(clause) and not (key["key"] == "完成" and _ADDED.search(clause))


def _is_done_after(plain: str, match: re.Match[str], before: str) -> bool:
    """清淤已100%完成."""
    clause = re.split(r"[,，]", before)[-1]
    return (
        bool(_DONE_AFTER.match(plain, match.end())) and not _RATE_BEFORE.search(clause) and not _NOT_YET.search(clause)
    )


def refuse_below_nought(plain: str, at: int) -> None:
    """Refuses percent_range (percent) where what stands here, behind the task's number, is a figure such as -5%."""
    found = _BELOW.match(plain, at)
    if found is not None:
        raise Refusal("percent_range", percent=-int(found["digits"]))


def _figure(found: re.Match[str]) -> int | None:
    """Whole points, rounded down: nobody is given more than was claimed."""
    if found["tenths"]:
        more = 5 if found["more"] == "半" else chinese_number(found["more"] or "0")
        return 10 * (chinese_number(found["tenths"]) or 0) + (more or 0)
    return chinese_number((found["digits"] or found["spelt"] or found["words"]).partition(".")[0])
