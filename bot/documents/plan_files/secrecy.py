"""涉密, 工作秘密 and 内部资料 do not belong on the ledger (domain.md §2): their marks, where marks stand."""

import re
import unicodedata
from collections.abc import Iterable

from bot.documents.plan_files.grid import GridCell
from bot.domain.refusal import Refusal

# A grade stands alone, or before its star, its term or its copy number: "秘密★1年", "机密 10年". 商业秘密 is none.
_GRADE = re.compile(
    r"(?:^|[^\u4e00-\u9fff])((?:绝密|机密|秘密)(?:[★☆*]|级|件|[0-9一二三五十]+年|长期|$|[^\u4e00-\u9fff]))"
)
_KIND = (
    r"(?:涉密|工作秘密|国家秘密|内部(?:资料|文件|使用|材料|参考)"
    r"|(?:不得|严禁|请勿|禁止)(?:对外)?(?:外传|公开|扩散)|不予公开)"
)
# A mark stands apart, at an end of the line or in brackets; "内部资料管理混乱" within a sentence is a finding.
_MARK = re.compile(rf"(?:^|[(\[【,;:、。])({_KIND})(?=[)\]】,;:!★☆*。、0-9]|注意|妥善|$)")
# Before a title, a blank parts it from the words that follow.
_AHEAD = re.compile(rf"^\s*({_KIND})\s")
_ANYWHERE = re.compile(_KIND)
_SHORT = 12
# A short line about the keeping of secrets is a task: 规范涉密载体管理, 涉密人员培训.
_TOPIC = re.compile(
    r"(?:涉密|国家秘密|工作秘密|内部(?:资料|文件|材料))(?:的)?"
    r"(?:管理|人员|载体|单位|部位|岗位|场所|文件|制度|检查|设备|网络|计算机|信息|项目|工程|事项|问题|保管|清理|台账)"
)
_DENIED = re.compile(
    r"(?:不得|请勿|勿|严禁|禁止|不含|不涉及|不涉|非|无|未|不包含|不应|不要|是否)[^,。;:]{0,10}"
    r"(?:涉密|工作秘密|国家秘密|内部(?:资料|文件|使用|材料|参考))"
)
_OPEN_GRADES = frozenset({"", "公开", "主动公开", "依申请公开", "无", "非密", "非涉密", "不涉密", "否", "/", "-", "—"})


def mark_in(text: str) -> str:
    """The mark of secrecy a line bears, "" when it bears none; a line that forbids secret content bears none."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    plain = _DENIED.sub("", plain)
    if len(plain) <= _SHORT and (word := _ANYWHERE.search(_TOPIC.sub("", plain))):
        return word.group()
    found = _AHEAD.search(unicodedata.normalize("NFKC", text)) or _MARK.search(plain) or _GRADE.search(plain)
    return found.group(1) if found else ""


def refuse_marked(lines: Iterable[GridCell]) -> None:
    """Refuses with plan_secret (where, mark) at the first line that bears a mark."""
    for line in lines:
        if mark := mark_in(line.text):
            raise Refusal("plan_secret", where=line.where, mark=mark)


def refuse_graded(cell: GridCell) -> None:
    """A value in a column 密级; refuses with plan_secret (where, mark)."""
    if re.sub(r"\s+", "", cell.text) not in _OPEN_GRADES:
        raise Refusal("plan_secret", where=cell.where, mark=cell.text)
