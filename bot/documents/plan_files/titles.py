"""Which of the lines above a table names the plan, and which lines are no content at all."""

import re
import unicodedata
from collections.abc import Sequence

from bot.documents.plan_files.grid import GridCell

_STRONG = (re.compile(r"方案"), re.compile(r"清单|台账|一览表|任务表|任务书"), re.compile(r"计划|整改任务|专项"))
_ATTACHMENT = re.compile(r"^附(?:件|表)\s*[0-9一二三四五六七八九十]*\s*[:：、.．]?\s*")
_QUOTED = re.compile(r"《([^《》]*(?:方案|清单|台账|计划)[^《》]*)》")
_DATED = re.compile(r"\s*[（(][^（）()]*[0-9〇○零一二三四五六七八九]{4}年[^（）()]*日[^（）()]*[）)]$")
_NO_TITLE = re.compile(
    r"^(?:填报|制表|报送|填表|编制|审核|联系|单位|日期|时间|印发|发布|主送|抄送|签发|第.{1,4}页|截至|注|备注|说明|页)"
    r"|^[((]?[0-9〇○零一二三四五六七八九十]{2,4}[年./-]"
)
_SENTENCE = re.compile(r"[。；;：:]$")
_NOTE = re.compile(r"^(?:[*※]|(?:备?注|说明|填表说明|填报说明)\s*[0-9一二三四五六七八九十]*\s*[:：.、])")
_SIGNED = re.compile(
    r"^(?:填报|制表|报送|填表|编制|审核|审批|复核|联系电话|填表人|主管领导|单位负责人)[^,，。]{0,8}[:：]"
)
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|总数).{0,8}$")
_DATE_LINE = re.compile(
    r"^[(（]?(?:(?:印发|发布|公布|下发|成文|发文|制定)?(?:日期|时间)?[:：]?)?"
    r"(?:[0-9]{4}|[〇○零一二三四五六七八九]{4})[年./-].{1,9}[日0-9]?(?:印发|发布|公布|下发)?[)）]?$"
)
SECTION = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}\s*[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十]{1,3}[章节类部])"
)


def plain(text: str) -> str:
    """For comparing only: no white space, full-width letters and digits made narrow."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def is_note(text: str) -> bool:
    """注：…, 填报人：… and the like."""
    return bool(_NOTE.match(text) or _SIGNED.match(plain(text)))


def is_total(text: str) -> bool:
    return bool(_TOTAL.match(plain(text)))


def is_date_line(text: str) -> bool:
    """A line that is a date and nothing else but 印发."""
    return bool(_DATE_LINE.match(plain(text)))


def is_section(text: str) -> bool:
    """一、大气方面: numbered, short, no sentence."""
    return bool(SECTION.match(text)) and len(text) <= 40 and "。" not in text


def section_name(text: str) -> str:
    """大气方面: the heading without its number."""
    return SECTION.sub("", text, count=1).strip() or text


def strength(text: str) -> int:
    """How surely a line is a plan's title: 方案 before 清单 before 计划; 0 is no title."""
    bare = plain(text)
    if len(bare) < 4 or len(bare) > 90 or _NO_TITLE.match(bare) or _SENTENCE.search(bare) or is_section(text):
        return 0
    return next((3 - at for at, words in enumerate(_STRONG) if words.search(bare)), 0)


def title_among(lines: Sequence[GridCell], certain: bool = False) -> str:
    """The line that names the plan; with `certain` only one with a title's words, else the first that could."""
    best = max(range(len(lines)), key=lambda at: (strength(lines[at].text), -at), default=-1)
    if best >= 0 and strength(lines[best].text):
        return _joined(lines, best)
    if certain:
        return ""
    return next((_polished(line.text) for line in lines if _possible(line.text)), "")


def _possible(text: str) -> bool:
    bare = _polished(text)
    return 4 <= len(bare) <= 60 and not (_NO_TITLE.match(plain(bare)) or _SENTENCE.search(bare) or is_date_line(bare))


def _joined(lines: Sequence[GridCell], at: int) -> str:
    """A long title is often broken over two lines: …生态环境保护督察 / 反馈意见整改方案."""
    title = _polished(lines[at].text)
    above = _polished(lines[at - 1].text) if at else ""
    broken = re.match(r"反馈|整改|问题|任务|专项|意见", title) and re.search(r"督察|贯彻落实|环境保护", above)
    if broken and not re.search(r"[。；：，]", above) and len(above) <= 50:
        return above + title
    return title


def _polished(text: str) -> str:
    one_line = text.replace("\n", "").strip()
    quoted = _QUOTED.search(one_line)
    return quoted.group(1) if quoted else _DATED.sub("", _ATTACHMENT.sub("", one_line))
