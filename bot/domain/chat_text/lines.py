"""Report lines: `12 60% 清淤完成`, `第12项 80%`, `12.2 90% …`, `12无变化`, and paragraphs that name several tasks."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.domain.chat_text.answers import UNCHANGED, is_unchanged, rest_unchanged
from bot.domain.chat_text.percents import front_percent, stated_percent
from bot.domain.chat_text.writing import BETWEEN, CHINESE_NUMBER, chinese_number, normalise


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What one line says: the task's number and the measure's ordinal if named, whole percent, the words as written."""

    number: int | None = None
    measure: int | None = None
    percent: int | None = None
    text: str = ""
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    measure: int | None
    end: int
    firm: bool  # 第12项, #12: surely a task; a bare 12 may be a quantity


_COMMAND = r"\s*(?:/?update|进度|进展|报进度|更新|上报|汇报)?\s*[:：,，、]?\s*"
_MEASURE = (
    rf"(?:\s*的?\s*(?:第\s*(?P<m1>\d{{1,2}}|{CHINESE_NUMBER})\s*(?:项|条|个)\s*措施|措施\s*[(第]?\s*(?P<m2>\d{{1,2}}|{CHINESE_NUMBER})\s*[)项条]?"
    r"|(?P<m3>\d{1,2})\s*号?措施)|\s*[.]\s*(?P<m4>\d{1,2})(?![\d.]|\s*%)|-(?P<m5>\d{1,2})(?=\s+\d{1,3}\s*%)|[(](?P<m6>\d{1,2})[)])?"
)
_FIRM = re.compile(
    rf"{_COMMAND}(?:第\s*(?P<n1>\d{{1,5}}|{CHINESE_NUMBER})(?:\s*[.]\s*(?P<m0>\d{{1,2}}))?\s*(?:项|号|条|件)(?:整改)?(?:任务|问题|事项)?"
    rf"|(?:#|№|no\.?\s*(?=\d)|(?:任务|序号|编号|项号)\s*(?:编号|号)?[:：]?\s*第?)\s*(?P<n2>\d{{1,5}})(?!\d)\s*(?:项|号)?)"
    rf"(?:{_MEASURE})"
)
_BARE = re.compile(rf"{_COMMAND}(?P<n1>\d{{1,5}})(?!\d)(?P<suffix>\s*(?:项|号|条|件)|)(?:{_MEASURE})")
_BARE_WORDS = re.compile(rf"{_COMMAND}(?P<n1>{CHINESE_NUMBER})(?:项|号)(?![一-鿿])")

# A figure with what it counts is no task: 42个排口, 6月15日, 2.5公里, 12:30, 110kV, 38/42.
_COUNTED = re.compile(
    r"[年月日秒亩吨万亿千元块栋]|百(?!分之)|根(?!据)|天(?![然津沟])|周(?![报边期转])|时(?![限段间序])|点(?![位源上多])"
    r"|分(?![管段区流项批公局类期包])|个(?![别人体])|处(?![理置于])|座(?!谈)|家(?![具庭属])|台(?![账风阶])|套(?![管用])"
    r"|次(?![生日月年])|人(?![员工行大防民社])|名(?![单录称])|户(?![外厕籍表])|公顷|公里|千米|米(?!袋)|里(?!程)|平方|平米|立方"
    r"|方(?![案式向面])|公斤|克|升(?![级旗])|口(?!门)|眼|段|辆|艘|株|棵|级|类|层|期|标段|成(?![立果效品本功])|度(?![汛假])|倍|‰|轮"
    r"|批(?![复准示次])|份|所(?![有属在需])|(?:之|以)?前(?![期端置])|\s*%|[./]\d|[~～–—]\s*\d|-\d+(?!\d|\.\d|\s*%)"
    r"|:\d\d(?!\d*\s*%)|(?:km|kv|mw|mg|kg|g|t|h|m|℃|°)(?![a-z])"
)
_COUNTED_APART = re.compile(
    r"\s+(?:公里|千米|平方|立方|万[亩吨元方立户]|亩|公顷|吨|米(?!袋)|个(?![别人体])|处(?![理置于])|km|m2|㎡|ha)(?![a-z])"
)
_LETTERS = re.compile(r"[a-z]+")
_WORDS_AFTER = ("no", "same", "unchanged", "ok", "done", "nc", "progress", "completed", "complete")
# 12项措施, 12条河道 count; 15号前, 3号泵站 name a day or a thing.
_NO_NUMBER_AFTER = {
    "项": re.compile(
        r"\s*(?:整改)?(?:措施|任务|问题|工程|工作|内容|指标|目标|清单|重点|中|里|均|都|全部|其中|以上|左右)"
    ),
    "号": re.compile(
        r"\s*(?:[前后底晚起去来到至]|之前|以前|左右|上午|下午|开会|开工|会议|当天|进场|动工|检查|督察|日|楼|院|线|井|坑|桥|机|路|门|闸|泵|站|池|炉|塔|仓|库|"
        r"地块|点位|排口|码头|锅炉|沟|渠|河)"
    ),
    "条": re.compile(r"\s*(?![已无没未完进])[一-鿿]"),
    "件": re.compile(r"\s*(?![已无没未完进])[一-鿿]"),
}
_TOGETHER = re.compile("均|都|全部|也")
_SEVERAL = re.compile(
    r"\s*\d{1,5}(?:\s*[项号])?(?:(?:\s*[、,，和及&/]\s*|\s+)(?:第\s*)?\d{1,5}(?:\s*[项号])?(?!\s*[%\d.]))+"
)


def read_report_line(text: str, numbers: Collection[int] = ()) -> ReportLine | None:
    """One line as a report; None for an empty one and for one that names several tasks (`split_paragraph` reads those).

    With one's own `numbers`, `1260%` is read as 12 and 60% where only that fits. Refuses percent_range (percent).
    """
    plain = normalise(text)
    if not plain.strip(BETWEEN) or _several(text) is not None:
        return None
    cut = _glued(plain, numbers)
    if cut is not None:
        text, plain = f"{text[:cut]} {text[cut:]}", f"{plain[:cut]} {plain[cut:]}"
    head = _head(plain)
    start = _skip(plain, head.end if head else 0)
    line = _content(text[start:], plain[start:])
    return replace(line, number=head.number, measure=head.measure) if head else line


def _content(text: str, plain: str) -> ReportLine:
    """What is said of the task: unchanged, percent and words."""
    if is_unchanged(text):
        return ReportLine(unchanged=True)
    same = UNCHANGED.match(plain)
    if same is not None:
        return ReportLine(text=text[same.end() :].strip(BETWEEN), unchanged=True)
    front = front_percent(plain)
    if front is not None:
        return ReportLine(percent=front.value, text=text[front.end :].strip(BETWEEN))
    return ReportLine(percent=stated_percent(plain), text=text.strip(BETWEEN))


def _head(plain: str, at: int = 0) -> _Head | None:
    """The task (and measure) a line begins with, unless the figure counts something."""
    firm = _FIRM.match(plain, at)
    if firm is not None:
        number = chinese_number(firm["n1"] or firm["n2"])
        return _Head(number, _measure(firm, "m0"), firm.end(), True) if number else None
    bare = _BARE.match(plain, at)
    if bare is not None:
        return _Head(int(bare["n1"]), _measure(bare), bare.end(), False) if _is_a_task(plain, bare) else None
    words = _BARE_WORDS.match(plain, at)
    number = chinese_number(words["n1"]) if words else None
    return _Head(number, None, words.end(), False) if words and number else None


def _measure(found: re.Match[str], *more: str) -> int | None:
    said = next((found[name] for name in (*more, "m1", "m2", "m3", "m4", "m5", "m6") if found[name]), None)
    return chinese_number(said) if said else None


def _is_a_task(plain: str, bare: re.Match[str]) -> bool:
    if int(bare["n1"]) == 0:
        return False
    suffix = bare["suffix"].strip()
    after = bare.end("suffix")
    if suffix:
        return not _NO_NUMBER_AFTER[suffix].match(plain, after)
    letters = _LETTERS.match(plain, bare.end())
    if _COUNTED.match(plain, bare.end()) or _COUNTED_APART.match(plain, bare.end()):
        return False
    return letters is None or letters[0].startswith(_WORDS_AFTER)


def _skip(plain: str, at: int) -> int:
    while at < len(plain) and plain[at] in BETWEEN:
        at += 1
    return at


def _glued(plain: str, numbers: Collection[int]) -> int | None:
    """Where `1260% …` parts for somebody whose task 12 is; None unless exactly one cut fits."""
    found = re.match(r"\s*(\d{3,7})\s*%", plain)
    if found is None or not numbers:
        return None
    digits = found[1]
    cuts = [
        cut
        for cut in range(1, len(digits))
        if int(digits[:cut]) in numbers and digits[cut] != "0" and int(digits[cut:]) <= 100
    ]
    return found.start(1) + cuts[0] if len(cuts) == 1 else None


# Several tasks in one text

_LIST_ORDINAL = re.compile(r"(?<=[\n;；。])\s*[(（]?[\d０-９一二三四五六七八九十]{1,3}[、.．)）]\s*$")
_NEW_SENTENCE = "\n;；。!！"
_BREAKS = _NEW_SENTENCE + ",，、 \t\u3000"


def split_paragraph(text: str, numbers: Collection[int]) -> list[ReportLine]:
    """The reports in a pasted text, in its order: only tasks of `numbers`; [] when it names none.

    A sentence about the rest (其余无变化) is left out: `rest_in` reads it. Refuses percent_range (percent).
    """
    plain = normalise(text)
    starts = [at for at in _sentence_starts(plain) if (head := _head(plain, at)) and head.number in numbers]
    lines: list[ReportLine] = []
    for start, end in pairwise([*starts, len(plain)]):
        chunk = _LIST_ORDINAL.sub("", _without_rest(text[start:end]))
        several = _several(chunk)
        if several is not None:
            lines += [line for line in several if line.number in numbers]
        elif (line := read_report_line(chunk, numbers)) is not None:
            lines.append(line)
    return lines


def _sentence_starts(plain: str) -> Iterator[int]:
    """Where a task may begin: a new sentence, or after a comma 第12项, #12 or a number with its percentage."""
    for at, char in enumerate(plain):
        if char in _BREAKS or char.isspace() or (at and plain[at - 1] not in _BREAKS):
            continue
        before = plain[:at].rstrip(" \t\u3000")
        head = _head(plain, at)
        if head is None:
            continue
        said = plain[_skip(plain, head.end) :]
        # 「1、第7项…」 is a list of its own numbering: the firm number counts.
        listed = not head.firm and _FIRM.match(plain, _skip(plain, head.end))
        new_sentence = not before or before[-1] in _NEW_SENTENCE
        clear = head.firm or re.match(r"\d{1,3}(?:\.\d+)?\s*%", said) or UNCHANGED.match(said)
        if not listed and (new_sentence or (clear and (head.firm or before[-1] in ",，"))):
            yield at


def _several(text: str) -> list[ReportLine] | None:
    """`12、13 无变化`, `7、12项均完成60%`: the same said of several tasks; None when it is no such line."""
    plain = normalise(text)
    found = _SEVERAL.match(plain)
    if found is None:
        return None
    start = _skip(plain, found.end())
    if not is_unchanged(plain[start:]) and not _TOGETHER.match(plain, start):
        return None
    content = _content(text[start:], plain[start:])
    return [replace(content, number=int(number)) for number in re.findall(r"\d{1,5}", found[0])]


def _without_rest(chunk: str) -> str:
    kept = re.split(rf"(?<=[{_NEW_SENTENCE}])", chunk)
    return "".join(part for part in kept if rest_unchanged(part) is None)
