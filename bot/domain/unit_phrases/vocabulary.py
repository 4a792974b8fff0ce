"""The role words of the field and how they combine (domain.md §2: 牵头, 责任, 配合, 督导, 验收)."""

import re
from typing import Literal

Role = Literal["lead", "responsible", "cooperating", "supervising", "verifying"]
ROLES: tuple[Role, ...] = ("lead", "responsible", "cooperating", "supervising", "verifying")

# Said of work in general: beside another role word they add no role of their own (牵头组织实施 = lead).
_GENERAL = (
    "负责 组织 实施 推进 推动 办理 承担 执行 完成 整改 协调 调度 责任 做好 抓好 开展 加强 强化 进行 提供 保障 制定"
)
WEAK = frozenset(_GENERAL.split())
WORDS: dict[Role, tuple[str, ...]] = {
    "lead": ("牵头", "总牵头", "牵总", "抓总", "统筹", "统筹协调", "主办"),
    "responsible": (
        *(
            "主责",
            "为主",
            "主抓",
            "负总责",
            "主体责任",
            "属地责任",
            "直接责任",
            "属地管理责任",
            "落实责任",
            "落实",
            "承办",
            "自查自验",
            "自查",
            "自验",
        ),
        *_GENERAL.split(),
    ),
    "cooperating": ("配合", "协办", "协助", "协同", "协作", "参与", "参加", "支持", "会办", "协同配合"),
    "supervising": (
        *("督导", "督办", "督促", "督查", "督察", "监管", "监督", "指导", "监督管理", "包保", "主管"),
        *("监管责任", "监督责任", "督导责任", "监督管理责任", "指导责任", "行业主管", "行业监管"),
    ),
    "verifying": ("验收", "核查", "核验", "复核", "销号", "审核", "核实", "验收销号", "核查验收"),
}
ROLE_OF: dict[str, Role] = {word: role for role, words in WORDS.items() for word in words}

# 市国资委组织X落实: with an object these make their subject the one who sees to it, not the one who does it.
SETS_TO_WORK = frozenset(("组织", "推动", "推进", "协调", "调度"))
# After these a unit is an object (督促X落实); after the others it is the next unit or a piece of description.
TAKES_OBJECT = SETS_TO_WORK | frozenset(WORDS["supervising"]) | {"统筹", "统筹协调"}
# 负责清淤: what follows these says what is to be done, not who.
DESCRIBES_WORK = frozenset(WORDS["responsible"]) - SETS_TO_WORK


def one_of(words: tuple[str, ...] | list[str] | frozenset[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


# Atomic, so that no text, however long, is tried in more than one cut.
_WORD = f"(?>{one_of(list(ROLE_OF))})"
_DUTY = r"(?:各自|部门|各部门|本部门)?的?(?:职责|职能)(?:任务)?(?:分工|范围)?"
_FILLER = (
    rf"由|共同|联合|分别|各自(?!的?职)|(?:按照|按|依照|依据|依|根据)?{_DUTY}|按照?分工|分工|依法|具体|主要|全面|积极|切实|认真|全力"
    r"|给予(?:资金|政策|技术|经费)?|抓(?!总|好)|予以|履行|负(?!责|总)|共(?!同)|同时|总体|一并"
)
# （共同牵头） after a list is said of all of it.
TOGETHER = ("共同", "联合", "均", "都", "一并")
_JOIN = r"[、和及与]|以及|并且|并|兼"
_TRAILING = r"(?:整改|相关|日常|具体|各项)*(?:工作|任务|事项|职责|责任|到位)"
# 市粮食监督管理局, 市督查室: role words inside a name are no roles.
_NAME_GOES_ON = (
    r"(?!(?:管理|工作|执法|服务|检查|推进|领导|协调|监督|整改|督导|落实)*"
    r"(?:局|委员会|中心|总队|支队|大队|办公室|部(?!门|署)|室|处(?!置|理|罚)|站|司|专班|指挥部|领导小组|办(?!理|结|好)|集团|公司))"
)
_NO_LABEL = r"(?!(?:责任)?(?:单位|部门|主体(?!责任)|领导|人(?=[:()及和、/]|$)))"
CHAIN = re.compile(
    rf"(?>{_FILLER})*+{_WORD}{_NAME_GOES_ON}{_NO_LABEL}"
    rf"(?:(?>{_FILLER}|{_JOIN})*+{_WORD}{_NAME_GOES_ON}{_NO_LABEL})*(?:{_TRAILING})?"
    rf"|(?:按照|按|依照|依据|依|根据){_DUTY}"
)
_WORD_OR_JOIN = re.compile(rf"(?P<word>{_WORD})|(?P<join>{_JOIN}|[/(])")

_NOUN = r"(?:(?:责任)?(?:单位|部门|主体(?!责任)))"
_NOUN_BEFORE_COLON = r"(?:(?:责任)?(?:地区|区县|机构|企业|机关|方|区))(?=[:\-—=])"
_LABEL_FRONT = (
    r"(?:(?:市级|区级|省级|国家级?|属地|主要|次要|第一|直接|共同|业务|技术|资金|行业"
    r"|问题|任务|措施|项目|具体|总|本级|市|省|整改)(?:的)?)*"
)
_PERSON = r"(?:责任人|负责人|联系人|联络人|联络员|责任领导|包保领导|分管领导|领导)(?:及?联系(?:方式|电话))?"
# Whose part in the work is a part in the doing: of a label only, since 建设 and 管理 stand in many a description.
_DOERS = (
    r"(?:(?:属地)?管理|建设|施工|运营|运行|产权|使用|养护|维护|管护|改造|治理|排污)"
    r"(?=(?:责任)?(?:单位|主体|企业)[:\-—=])"
)
LABEL = re.compile(
    rf"{_LABEL_FRONT}(?P<words>{_DOERS}|(?:{_WORD})(?:{_NOUN}?\(?(?:{_JOIN}|/|\(|(?={_WORD}))(?:{_WORD})\)?)*)"
    rf"(?:(?P<noun>{_NOUN}|{_NOUN_BEFORE_COLON})\)?(?P<person>(?:{_JOIN}|/|\()?{_PERSON}\)?)?(?P<colon>[:\-—=]+|为|是)?|(?P<bare>[:=]))"
)
AS_LABEL = re.compile(rf"(?:作为|为|是|担任|任){_LABEL_FRONT}(?P<words>(?:{_WORD})(?:(?:{_JOIN})?(?:{_WORD}))*){_NOUN}")
PERSON_LABEL = re.compile(
    rf"{_LABEL_FRONT}(?:{_WORD}|主要|分管|主管|挂点|联系)*(?:领导同志|领导|责任人|负责人|联系人|联络人|联络员|负责同志|电话|手机|联系方式|人员)"
    r"(?:[及和、/]?(?:联系)?(?:电话|方式|职务|姓名))*:"
)

JOINT = re.compile(r"(?:[、,和与及]|并)?(?:会同|会商|协同|联合)")
LEADING = re.compile(
    r"中共|中国共产党|包括|包含|含|即|指(?!挥)|如|(?:具体|分别|主要)(?:为|是|包括)|其中[,:]?(?:由)?|[并均拟将]?由|请|以(?!上|下)|原(?=市|区)|主要由|具体由"
)
EXCLUDING = re.compile(r"除(?!去)|不含|不包括|不包含|除去")
OUTSIDE = re.compile(r"(?:以外|之外|除外|外)(?:的|,)*")
EXCLUDED = re.compile(r"(?:除外|以外|之外|外)$|^(?:不含|不包括|不包含|除去?)")
REST = re.compile(r"(?:其他|其它|其余|剩余)的?")

_NUMBER = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_BODIES = r"部门|单位|委办局|区县|区(?!域)|县|地区|地|街镇|乡镇|企业|集团"
ETC = re.compile(
    rf"等(?![级待候])(?P<number>{_NUMBER})?[个家]?(?:市级|区级|市直|相关|有关|责任|职能|主管|成员)*(?P<noun>{_BODIES})?(?:和单位)?"
)
COUNT = re.compile(rf"(?:共计|合计|共|这)?(?P<number>{_NUMBER})[个家]?(?:市级|区级)?(?:{_BODIES})")
DISTRICTS = re.compile(rf"各?(?:(?P<number>{_NUMBER})个)?(?:各?区(?!域))")

_OPEN_FRONT = (
    r"(?:市级|区级|市直|区直|市、区两级|市区两级|中央|驻\w|全市|本市|我市|国家|市委、?市政府|市委和市政府|其他|其它|其余"
    r"|沿线|沿河|沿海|周边|上述|以上|各级|各|市|区)*"
)
_OPEN_BODY = (
    r"(?:行业|主管|职能|责任|管理|市级|区级|市直|牵头|配合)*"
    r"(?:(?:部门|单位|企业)(?:[、和及与](?:各|相关|有关)*(?:部门|单位|企业|街镇|乡镇))*"
    r"|委办局|委局办|区县|区(?!委|域|间)|区(?=委)|县|街镇|乡镇|镇街|街道|集团|方面|地区|功能区|园区|管委会|政府|局|委|镇|乡|村)"
)
# Who is meant is not said: 市级有关部门, 各有关区, 属地政府, 各部门, 行业主管部门.
OPEN = re.compile(
    rf"驻\w(?:部队|单位|企业|机构)|{_OPEN_FRONT}(?:有关|相关|涉及|所涉|涉事|所在|属地)(?:的|各)*{_OPEN_BODY}"
    rf"|{_OPEN_FRONT}各{_OPEN_BODY}|(?:沿线|沿河|沿海|周边)的?区(?!域)"
    r"|(?:市级|区级|市直|区直)(?:部门|单位|机关)|(?:行业主管|主管|职能|产权|建设|运营|施工)(?:部门|单位)"
)

EVERY = re.compile(r"(?:全市|本市|我市)?的?各|全市|本市|我市")

NOTHING = re.compile(r"(?:无|暂无|没有|无需|不涉及|空|无此项|[-—－_/\\~]+|none|nil)", re.IGNORECASE)
NOBODY = re.compile(
    rf"不涉及(?:其他)?(?:单位|部门)?|无需?{_LABEL_FRONT}(?:{_WORD})+(?:单位|部门)|n/?a(?![a-z])", re.IGNORECASE
)
_SUFFIX = (
    r"局|委员会|委|办公室|办|厅|部|处|室|院|所|站|中心|集团|公司|厂|场|港|社|行|会|队|校|大学|学院|园|海关|组|专班|指挥部"
    r"|乡|镇|街|村|街道|居委会|政府|办事处|管委会|党委|党工委|党组|油田|基地|开发区|保税区|高新区|银行|法院|矿|区|县|市|省"
)
# 镇政府, 园区管委会: an office of some place, but not of which.
_GENERIC = re.compile(
    r"(?>国家|中央|地方|当地|属地|园区|工业园区?|工业区|产业园区?|开发区|功能区|街道|街镇|镇街|乡镇|镇乡|城镇|乡|镇|村|居|社区)++"
    r"(?:人民政府|政府|办事处|党委|党工委|管理委员会|管委会|管委|居?民?委员会|委会|部委|机关|集团|公司)?"
    r"|管理委员会|管委会|人民政府|党工委|党委|部委|总?公司|集团公司|村民委员会|居民委员会"
)
_NOT_A_NAME = (
    r"的|有关|相关|各|所属|下属|属地|所在|其他|其余|主管|责任"
    r"|^(?:建立|成立|组建|设立|新建|建设|扩建|改建|建成|完善|健全|加强|强化|推进|推动|开展|实施|做好|抓好|关停|取缔|拆除|清理"
    r"|整治|治理|修复|督促|落实|制定|出台|优化|提升|提高|加快|严格|淘汰|搬迁|改造)(?!局|委|办|集团|银行|工程|管理|服务|中心|处|投资)"
    r"|^(?:已|将|未|正在|按|为|对|待|确保|完成|全部|尽快|不|无|本)"
)
_WELL_FORMED = re.compile(rf"[㐀-鿿A-Za-z0-9·()○〇×]{{1,30}}(?:{_SUFFIX})")
_NO_NAME = re.compile(
    rf"{_NOT_A_NAME}|(?:部门|单位|地区|片区|城区|山区|库区|灾区|景区|全市|本市|全部|工作组|工作会|污染源|区域)$"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍"
)
_TITLE = (
    r"(?:区|县|镇|乡|局|厅|处|科|部|市|组|院|所|站|校|队|厂)长|书记|主任|董事长|总经理|经理|主席"
    r"|负责人|负责同志|责任人|联系人|同志|常委|政委"
)
_PERSON_NAME = re.compile(
    rf"(?:[{_SURNAMES}][㐀-鿿]{{1,2}}|[{_SURNAMES}][某×Xx*]{{1,2}})(?:副?(?:{_TITLE}))?|.*(?:{_TITLE})(?:[{_SURNAMES}][㐀-鿿某×Xx]{{1,2}})?"
)


def is_well_formed(text: str) -> bool:
    """Whether this could be the name of a unit (某某乡政府, 市XX局): one name, with a unit's ending."""
    if _GENERIC.fullmatch(text) or _NO_NAME.search(text):
        return False
    return bool(_WELL_FORMED.fullmatch(text)) and (len(text) > 2 or text[0].isascii())


def ends_like_a_unit(text: str) -> bool:
    """Whether the last character is one on which units end: 易县 is no person."""
    return text[-1:] in "区县市镇乡村局委办部厅院所站社厂队处室园港行会司团校"


def is_person(text: str) -> bool:
    """Whether this looks like a person's name, title or telephone (张三, 王某, 局长李四, 电话…)."""
    return bool(_PERSON_NAME.fullmatch(text)) or text.startswith(("电话", "联系电话", "联系方式", "手机"))


def says_nothing_of_units(text: str) -> bool:
    """Whether a bracket holds only a date, a number, a telephone or a person."""
    return bool(re.fullmatch(r"[\d年月日底前末季度至上下半个家共\-—~/.:]+", text)) or is_person(text)


def is_mere_note(text: str) -> bool:
    """Whether words in a bracket after a unit are a note on its share (河道), not somebody left unnamed (有关企业)."""
    return not text.endswith(("部门", "单位", "企业", "公司", "等", "区", "局", "委", "办", "街镇", "乡镇"))


def is_weak(said: str) -> bool:
    """Whether this chain speaks of work in general (按职责分工负责) and so gives way to a label."""
    return all(match["word"] in WEAK | {"落实"} for match in _WORD_OR_JOIN.finditer(said) if match["word"])


def roles_of(words: str, *, has_object: bool = False) -> tuple[Role, ...]:
    """The roles a run of role words gives. 牵头督导 = supervising; 督导、验收 = both; 牵头、责任 = both."""
    runs: list[list[str]] = [[]]
    for match in _WORD_OR_JOIN.finditer(words):
        if match["join"]:
            runs.append([])
        else:
            runs[-1].append(match["word"])
    runs = [run for run in runs if run]
    strong = [run for run in runs if len(runs) == 1 or not _adds_nothing(run)] or runs[:1]
    found = [role for run in strong for role in _run_roles(run, has_object and run is runs[-1])]
    return tuple(role for role in ROLES if role in found)


def _adds_nothing(run: list[str]) -> bool:
    """Beside other runs 组织实施 adds nothing, but 负责, 责任 and 落实 are a role said in so many words."""
    return all(word in WEAK for word in run) and run not in (["负责"], ["责任"])


def _run_roles(run: list[str], has_object: bool) -> tuple[Role, ...]:
    """One run without a joint: the word that says most about who does what wins."""
    found = {ROLE_OF[word] for word in run}
    if "cooperating" in found:
        return ("cooperating",)
    if "verifying" in found:
        return ("supervising", "verifying") if "supervising" in found else ("verifying",)
    if "supervising" in found:
        return ("supervising",)
    if "lead" in found:
        return ("lead",)
    return ("supervising",) if has_object and run[-1] in SETS_TO_WORK else ("responsible",)


def last_word(words: str) -> str:
    """The last role word of a chain; "" when it has none (按职责分工)."""
    found = [match["word"] for match in _WORD_OR_JOIN.finditer(words) if match["word"]]
    return found[-1] if found else ""
