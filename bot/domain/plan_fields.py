"""What the columns of a plan are called: the synonyms officials use for the same field (domain.md §2, issue 2 §3)."""

import re
import unicodedata
from typing import Final, Literal

Field = Literal[
    "number",
    "measure_number",
    "title",
    "problem",
    "task",
    "objective",
    "measure",
    "lead",
    "responsible",
    "cooperating",
    "supervising",
    "verifying",
    "units",
    "deadline",
    "person",
    "contact",
    "category",
    "progress",
    "remark",
    "secrecy",
    "other",
]

ROLE_FIELDS: Final[tuple[Field, ...]] = ("units", "lead", "responsible", "cooperating", "supervising", "verifying")

_UNIT = r"(?:责任)?(?:单位|部门|主体|地区|机构)"

# A label that is exactly one of these is sure, also in running text before a colon. The first match wins: 牵头督导 is
# supervising, 实际完成时间 is no deadline, 责任人 is no unit.
_EXACT: Final[tuple[tuple[Field, str], ...]] = (
    ("secrecy", r"密级|保密级别|涉密等级"),
    ("other", r"实际(?:完成|整改|销号)?(?:时间|日期|时限)|内部(?:时限|期限|完成时限)|(?:问题|任务|线索)来源"),
    ("measure_number", r"措施(?:序号|编号)|分项序号|子项(?:序号|编号)"),
    ("number", r"(?:任务|问题|整改|项目|清单|反馈问题|整改任务|总)?(?:序号|编号|序列号|项号)|序|号|NO\.?"),
    (
        "contact",
        r"(?:单位|工作|责任单位)?(?:联系人|联络员|联络人|联系方式|联系电话|电话|手机号?)(?:及?(?:联系)?(?:电话|方式))?",
    ),
    (
        "person",
        r"(?:整改|第一|直接|单位|主要|分管|具体|责任单位|牵头)*(?:责任人|负责人|责任领导|负责同志)(?:及职务|及?联系方式)?",
    ),
    ("title", r"(?:问题|任务|整改任务|事项)?(?:简称|标题|短题|简题)|(?:任务|事项|项目|整改事项|整改任务|问题)名称"),
    ("category", r"(?:问题|任务|整改|所属|整改任务)?(?:类别|类型|分类|领域|要素|大类)"),
    ("supervising", rf"(?:牵头|市级|行业|市)?(?:督导|督办|督促|监管|监督|指导)(?:指导|落实|督办|监督)?{_UNIT}?"),
    ("verifying", rf"(?:销号|市级|牵头)?(?:验收|核查|核验|验证)(?:销号|核查|验收)?{_UNIT}"),
    ("cooperating", rf"(?:市级)?(?:配合|协办|协同|协助|参与|会办|协作)(?:整改)?{_UNIT}?"),
    ("lead", rf"(?:市级|整改|总|市)?牵头(?:负责|整改)?{_UNIT}?"),
    (
        "responsible",
        r"(?:整改|直接|具体|第一)?(?:(?:责任|主责|主体责任|实施|承办|落实|整改|主办|具体落实|整改落实|组织实施)"
        rf"{_UNIT}|主责|属地(?:责任)?(?:单位)?|责任区)",
    ),
    ("units", r"(?:责任|职责|任务|整改|单位)分工|单位|部门"),
    (
        "deadline",
        r"(?:整改|拟?计划|预计|任务|要求|目标|办结|销号|公开)*(?:时限|期限|完成(?:时间|日期|时限|期限)|整改时间|截止(?:时间|日期)"
        r"|时间(?:节点|要求|安排|进度)?|进度(?:安排|要求)|节点)(?:要求)?",
    ),
    (
        "progress",
        r"(?:目前|当前|最新|工作|整改|任务|阶段)*(?:进展|完成|落实|推进|整改)(?:情况|状态|进度)|进展|进度|(?:完成|整改)比例|完成率",
    ),
    ("objective", r"(?:整改|工作|任务|预期|总体|完成)?(?:目标)(?:要求|任务)?|整改要求"),
    ("measure", r"(?:主要|具体|重点|整改|工作|落实|实施)*(?:措施|举措)(?:内容)?|整改内容|重点工作"),
    (
        "problem",
        r"(?:中央|生态环境|环保)?(?:督察)?(?:反馈|整改|存在|具体|主要|突出)?(?:的)?问题(?:描述|表述|内容|清单|事项|概述)?",
    ),
    ("problem", r"(?:督察)?反馈(?:意见|事项|情况|内容)|问题(?:描述|表述)"),
    ("task", r"(?:整改|反馈|具体|主要|工作)?(?:任务|事项)(?:内容|清单|描述)?"),
    ("remark", r"备注|说明|附注|其他"),
)

# Only for the cells of a header row, which are labels whatever they say.
_LOOSE: Final[tuple[tuple[Field, str], ...]] = (
    ("measure", r"(?:措施|举措).*[及和与、/].*(?:时限|期限|时间|单位|分工)"),
    ("objective", r"目标.*[及和与、/].*(?:时限|期限|时间)"),
    ("lead", r"牵头(?:责任)?单位[及和与、/]"),
    ("responsible", r"(?:责任|主责)单位[及和与、/]"),
    ("other", r"实际|内部|来源|领导|反馈时间|签字|附件|佐证|依据"),
    ("measure_number", r"措施.*(?:序号|编号)"),
    ("number", r"序号|编号"),
    ("contact", r"联系|联络|电话"),
    ("person", r"责任人|负责人"),
    ("category", r"类别|类型|分类|领域"),
    ("remark", r"备注"),
    ("supervising", r"(?:督导|督办|督促|监管|监督).*(?:单位|部门|主体)|(?:单位|部门).*(?:督导|督办|监管)"),
    ("verifying", r"(?:验收|核查).*(?:单位|部门|主体)|(?:单位|部门).*(?:验收|核查)"),
    ("cooperating", r"(?:配合|协办|协同|参与).*(?:单位|部门|主体)"),
    ("lead", r"牵头.*(?:单位|部门|主体)|(?:单位|部门).*牵头"),
    ("responsible", r"(?:责任|主责|实施|承办|落实|整改).*(?:单位|部门|主体)|(?:单位|部门).*(?:责任|主责)"),
    ("units", r"分工"),
    ("deadline", r"时限|期限|完成.*时间|截止"),
    ("measure", r"措施|举措"),
    ("progress", r"进展|(?:完成|落实|整改)情况|进度"),
    ("objective", r"目标"),
    ("problem", r"问题|反馈意见"),
    ("task", r"整改任务|整改事项|任务内容"),
)

_EXACT_PATTERNS: Final = tuple((field, re.compile(pattern)) for field, pattern in _EXACT)
_LOOSE_PATTERNS: Final = tuple((field, re.compile(pattern)) for field, pattern in _LOOSE)
_GENERIC: Final = frozenset({"单位", "部门", "名称", "内容", "姓名", "时间", "情况"})
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【([^【】]*)】|〔[^〔〕]*〕")
_LONGEST_LABEL = 20


def bare_label(text: str) -> str:
    """A header as it would be printed plainly: no spaces, line breaks, brackets, colon or star."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    bare = _BRACKETED.sub(lambda found: found.group(1) or "", plain)
    return (bare or plain.strip("()[]")).strip(":*·.#、,;")


def exact_field(label: str) -> Field | None:
    """The field of a label in running text ("责任单位：…"); None when it is not surely one."""
    plain = bare_label(label)
    return next((field for field, pattern in _EXACT_PATTERNS if pattern.fullmatch(plain)), None)


def header_field(label: str, group: str = "") -> Field | None:
    """The field of a header cell; `group` is the header above it when the header has two rows."""
    leaf, above = bare_label(label), bare_label(group)
    if not leaf or len(leaf) > _LONGEST_LABEL or len(above) > _LONGEST_LABEL:
        return None
    if above and above != leaf:
        return _field_below(leaf, above)
    return exact_field(leaf) or _loose_field(leaf)


def _field_below(leaf: str, above: str) -> Field | None:
    group = exact_field(above) or _loose_field(above)
    own = None if leaf in _GENERIC else exact_field(leaf)
    found = own or exact_field(above + leaf) or _loose_field(above + leaf) or exact_field(leaf) or _loose_field(leaf)
    if group == "progress" and found in ("deadline", "units", "responsible"):
        return "other"  # 完成情况 / 完成时间 is when it was done, not when it must be
    return found or group


def _loose_field(plain: str) -> Field | None:
    return next((field for field, pattern in _LOOSE_PATTERNS if pattern.search(plain)), None)
