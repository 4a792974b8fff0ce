"""The task a line begins with: `12`, `#12`, `第12项`, `12号`, `12.2`, and the figures that are no task."""

import re
from dataclasses import dataclass

from bot.domain.chat_text.writing import CHINESE_NUMBER, chinese_number


@dataclass(frozen=True, slots=True)
class Head:
    """A task's number, a measure's ordinal if one is named, and where what is said of it begins.

    `firm`: 第12项 or #12, surely a task; a bare 12 may still be a quantity.
    """

    number: int
    measure: int | None
    end: int
    firm: bool


_COMMAND = r"\s*(?:/?update|进度|进展|报进度|更新|上报|汇报)?\s*[:,、]?\s*"
_ORDINAL = rf"\d{{1,2}}|{CHINESE_NUMBER}"
_MEASURE = (
    rf"(?:[,，、\s]*的?\s*(?:第\s*(?P<m1>{_ORDINAL})\s*[项条个]\s*措施|措施\s*[(第]?\s*(?P<m2>{_ORDINAL})\s*[)项条]?"
    r"|(?P<m3>\d{1,2})\s*号?措施)|\s*[.]\s*(?P<m4>\d{1,2})(?![\d.]|\s*%)\s*[项条]?|-(?P<m5>\d{1,2})(?=\s+\d{1,3}\s*%)"
    r"|[(](?P<m6>\d{1,2})[)])?"
)
_FIRM = re.compile(
    rf"{_COMMAND}(?:第\s*(?P<n1>\d{{1,5}}|{CHINESE_NUMBER})(?:\s*[.]\s*(?P<m0>\d{{1,2}}))?\s*[项号条件]"
    r"(?!\s*(?:措施\s*(?![(第\d])|工程|内容|指标|目标|标段))(?:整改)?(?:任务|问题|事项)?"
    r"|(?:#|№|no\.?\s*(?=\d)|(?:任务|序号|编号|项号)\s*(?:编号|号)?:?\s*第?)\s*(?P<n2>\d{1,5})(?!\d)\s*[项号]?)"
    rf"{_MEASURE}"
)
_BARE = re.compile(rf"{_COMMAND}(?P<n1>\d{{1,5}})(?!\d)(?P<suffix>\s*[项号条件]|){_MEASURE}")
_BARE_WORDS = re.compile(rf"{_COMMAND}(?P<n1>{CHINESE_NUMBER})[项号](?![一-鿿])")

# A figure with what it counts is no task: 42个排口, 6月15日, 2.5公里, 12:30, 110kV, 38/42.
_COUNTED = re.compile(
    r"[年月日秒亩吨万亿千元块栋]|百(?!分之)|根(?!据)|天(?![然津沟])|周(?![报边期转])|时(?![限段间序])|点(?![位源上多])"
    r"|分(?![管段区流项批公局类期包])|个(?![别人体])|处(?![理置于])|座(?!谈)|家(?![具庭属])|台(?![账风阶])|套(?![管用])"
    r"|次(?![生日月年])|人(?![员工行大防民社])|名(?![单录称])|户(?![外厕籍表])|公顷|公里|千米|米(?!袋)|里(?!程)|平方|平米|立方"
    r"|方(?![案式向面])|公斤|克|升(?![级旗])|口(?!门)|眼|段|辆|艘|株|棵|级|类|层|期|标段|成(?![立果效品本功])|度(?![汛假])|倍|‰|轮"
    r"|批(?![复准示次])|份|所(?![有属在需])|(?:之|以)?前(?![期端置])|\s*%|小(?=时)|[.]\d|/\d(?!\d*\s*%)|[~～–—]\s*\d|-\d+(?!\d|\.\d|\s*%)"
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


def head_at(plain: str, at: int = 0) -> Head | None:
    """The task (and measure) that stands at this place of a normalised text, unless the figure counts something."""
    firm = _FIRM.match(plain, at)
    if firm is not None:
        number = chinese_number(firm["n1"] or firm["n2"])
        return Head(number, _measure(firm, "m0"), firm.end(), True) if number else None
    bare = _BARE.match(plain, at)
    if bare is not None:
        return Head(int(bare["n1"]), _measure(bare), bare.end(), False) if _is_a_task(plain, bare) else None
    words = _BARE_WORDS.match(plain, at)
    number = chinese_number(words["n1"]) if words else None
    return Head(number, None, words.end(), False) if words and number else None


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
