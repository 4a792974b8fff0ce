"""Unit phrases: the table of domain.md, phrases beside it, and the laws."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.unit_phrases import read_units
from bot.domain.unit_phrases.vocabulary import ROLES, Role

ROOT = Path(__file__).parent.parent
REGISTRY = Registry.from_mapping(tomllib.loads((ROOT / "config/units.toml").read_text(encoding="utf-8")))
TABLE = list(csv.DictReader((ROOT / "tests/data/units.tsv").open(encoding="utf-8"), delimiter="\t"))
ALL = list(REGISTRY.districts)
SHORT: dict[str, str] = {
    "牵": "lead", "责": "responsible", "配": "cooperating", "督": "supervising", "验": "verifying", "问": "ask",
}  # fmt: skip


def reading(text: str) -> dict[str, list[str]]:
    return {role: names for role, names in read_units(text, REGISTRY).as_dict().items() if names}


def without(*names: str) -> str:
    return " ".join(name for name in ALL if name not in names)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["expression"])
def test_the_table_reads_as_a_practitioner_reads_it(row: dict[str, str]) -> None:
    expected = {role: row[role].split(";") for role in (*ROLES, "ask") if row[role]}
    assert reading(row["expression"]) == expected


def test_each_district_stands_once_and_in_the_official_order() -> None:
    official = next(row for row in TABLE if "各区人民政府；" in row["expression"])["responsible"].split(";")
    assert official == ALL
    assert len(official) == 16


# What stands after the bar: 牵 lead, 责 responsible, 配 co-operating, 督 supervising, 验 verifying, 问 ask.
PHRASES = {
    # labels
    "牵头单位：市生态环境局 责任单位：武清区、宝坻区 配合单位：市水务局": "牵市生态环境局|责武清区 宝坻区|配市水务局",
    "主责单位：武清区；协办单位：市水务局；督办单位：市农委；核查单位：市生态环境局": (
        "责武清区|配市水务局|督市农业农村委|验市生态环境局"
    ),
    "牵头单位：市水务局\n责任单位：武清区\n配合单位：—": "牵市水务局|责武清区",
    "牵头单位为市水务局，责任单位为武清区、静海区": "牵市水务局|责武清区 静海区",
    "牵头及责任单位：市水务局": "牵市水务局|责市水务局",
    "牵头单位（责任单位）：市水务局": "牵市水务局|责市水务局",
    "督导、验收单位：市水务局": "督市水务局|验市水务局",
    "行业主管部门：市水务局；属地责任单位：武清区": "督市水务局|责武清区",
    "督导单位：无；验收单位：市生态环境局": "验市生态环境局",
    "配合单位：市财政局；市发改委": "配市财政局 市发展改革委",
    "牵头 市水务局　验收 市生态环境局": "牵市水务局|验市生态环境局",
    "市水务局牵头 督导单位：市生态环境局": "牵市水务局|督市生态环境局",
    "市水务局牵头\n监管单位：市生态环境局\n配合 单位：市财政局": "牵市水务局|督市生态环境局|配市财政局",
    "【牵头单位】市水务局【责任单位】武清区": "牵市水务局|责武清区",
    "（牵头）市水务局；（配合）市财政局": "牵市水务局|配市财政局",
    "责任单位：市水务局（牵头）、市财政局、宝坻区": "牵市水务局|责市财政局 宝坻区",
    "责任单位：市水务局牵头，武清区、宝坻区": "牵市水务局|责武清区 宝坻区",
    "牵头单位：市水务局，各区落实": f"牵市水务局|责{' '.join(ALL)}",
    "牵头单位：市水务局、市财政局按职责分工负责": "牵市水务局 市财政局",
    "督导单位：市水务局牵头，市农业农村委配合": "督市水务局 市农业农村委",
    "１．市水务局；２．市财政局": "责市水务局 市财政局",
    "①市水务局②市财政局": "责市水务局 市财政局",
    # role words after the list
    "由市水务局牵头、市财政局配合、武清区落实": "牵市水务局|配市财政局|责武清区",
    "市水务局牵头并负责落实": "牵市水务局|责市水务局",
    "市水务局牵头，负责组织实施": "牵市水务局",
    "市水务局牵头，市财政局，市审计局配合": "牵市水务局|配市财政局 市审计局",
    "武清区，市水务局配合": "责武清区|配市水务局",
    "以武清区为主，市水务局配合": "责武清区|配市水务局",
    "市水务局、市财政局，按职责分工负责": "责市水务局 市财政局",
    "市水务局为牵头单位，市财政局作为配合单位": "牵市水务局|配市财政局",
    "武清区、宝坻区落实，市农业农村委负责指导、督促和验收": "责武清区 宝坻区|督市农业农村委|验市农业农村委",
    "市财政局负责资金保障、政策支持，市水务局负责河道监督管理工作": "责市财政局 市水务局",
    "市水务局牵头负责，武清区配合做好清淤、护岸工作": "牵市水务局|配武清区",
    "天津港集团负责整改，市交通运输委落实行业监管责任": "责天津港集团|督市交通运输委",
    "市水务局（牵头单位），市财政局（配合单位）": "牵市水务局|配市财政局",
    "责任单位：武清区、宝坻区（市水务局督导）": "责武清区 宝坻区|督市水务局",
    # infix
    "市水务局牵头，会同市财政局、市审计局组织实施": "牵市水务局|配市财政局 市审计局",
    "市生态环境局会同市水务局验收": "验市生态环境局 市水务局",
    "武清区政府配合市水务局落实": "配武清区|责市水务局",
    "市生态环境局会同市水务局督促指导武清区落实": "督市生态环境局 市水务局|责武清区",
    "市城市管理委组织武清区、静海区实施": "督市城市管理委|责武清区 静海区",
    "由市生态环境局组织验收": "验市生态环境局",
    "市水务局牵头，督促指导武清区落实": "牵市水务局|督市水务局|责武清区",
    "市水务局督促企业落实整改": "督市水务局|问企业",
    # shared prefixes and suffixes, 和 in names
    "和平、河东、河西区政府": "责和平区 河东区 河西区",
    "市生态环境局、水务局、发改委": "责市生态环境局 市水务局 市发展改革委",
    "市发展改革、财政、水务局": "责市发展改革委 市财政局 市水务局",
    "市发展改革、财政、水务等部门": "责市发展改革委 市财政局 市水务局|问等部门",
    "静海、宁河两区政府落实": "责静海区 宁河区",
    "市人力资源和社会保障局和市住房和城乡建设委员会": "责市人社局 市住房城乡建设委",
    "市水务局市财政局": "责市水务局 市财政局",
    "市住房\n城乡建设委、市 水 务 局": "责市住房城乡建设委 市水务局",
    "牽頭單位：市發展改革委；責任單位：濱海新區、靜海區": "牵市发展改革委|责滨海新区 静海区",
    "天津港（集团）有限公司、东疆综合保税区管委会": "责天津港集团 东疆综合保税区",
    "市委、市政府": "责市委市政府",
    "市委组织部、市市场监管委、市政府办公厅": "责市委组织部 市市场监管委 市政府办公厅",
    # groups and exceptions
    "除滨海新区外各区": f"责{without('滨海新区')}",
    "除和平区、河东区以外的各区人民政府负责": f"责{without('和平区', '河东区')}",
    "各区（不含市内六区）": f"责{without(*REGISTRY.expand('市内六区'))}",
    "各区人民政府（滨海新区除外）": f"责{without('滨海新区')}",
    "滨海新区除外，各区落实": f"责{without('滨海新区')}",
    "除滨海新区外的其他15个区": f"责{without('滨海新区')}",
    "市水务局、武清区牵头，其他各区配合": f"牵市水务局 武清区|配{without('武清区')}",
    "其他各区": "问其他各区",
    "涉农区（武清、宝坻）": "责武清区 宝坻区",
    "各涉农区人民政府": f"责{' '.join(REGISTRY.expand('涉农区'))}",
    # what must be asked
    "有关区（武清区、宝坻区）": "责武清区 宝坻区",
    "有关区（武清区、宝坻区等）配合": "配武清区 宝坻区|问等",
    "市有关部门（市水务局、市财政局）配合": "配市水务局 市财政局",
    "市生态环境局、市水务局等2部门": "责市生态环境局 市水务局",
    "武清区、宝坻区等6个区人民政府": "责武清区 宝坻区|问等6个区",
    "各区水务局": "问各区水务局",
    "市委、市政府有关部门": "问市委、市政府有关部门",
    "属地区政府落实，行业主管部门监管": "问属地区 行业主管部门",
    "区委、区政府": "问区委、区政府",
    "长期坚持": "问长期坚持",
    "待定": "问待定",
    "市水务局局长": "问市水务局局长",
    # found by reading divisions of work against the grammar
    "市水务局会同静海区政府落实": "牵市水务局|配静海区",
    "市国资委督导天津城投集团、泰达控股落实主体责任": "督市国资委|责天津城投集团 泰达控股",
    "市水务局牵头组织各区实施": f"牵市水务局|责{' '.join(ALL)}",
    "市水务局牵头，市财政局给予资金支持": "牵市水务局|配市财政局",
    "武清区自查自验，市水务局核查，市生态环境局销号": "责武清区|验市水务局 市生态环境局",
    "武清区承担主体责任，市水务局承担监管责任": "责武清区|督市水务局",
    "武清区牵头、宝坻区配合、市水务局督导、市生态环境局验收": "牵武清区|配宝坻区|督市水务局|验市生态环境局",
    "市生态环境局牵头，市公安局、市交通运输委等部门配合，各区落实": (
        f"牵市生态环境局|配市公安局 市交通运输委|问等部门|责{' '.join(ALL)}"
    ),
    "主管部门：市水务局；建设单位：天津城投集团；属地管理单位：武清区": "督市水务局|责天津城投集团 武清区",
    "业务指导单位：市水务局；技术支持单位：市生态环境局": "督市水务局|配市生态环境局",
    "主要责任单位：武清区；次要责任单位：宝坻区": "责武清区 宝坻区",
    "中共武清区委、武清区人民政府": "责武清区",
    "中共天津市委、天津市人民政府": "责市委市政府",
    "武清区党委政府": "责武清区",
    "滨海新区政府（管委会）": "责滨海新区",
    "各区（和平区、河西区除外）人民政府": f"责{without('和平区', '河西区')}",
    "责任单位：武清区（牵头）、宝坻区、静海区": "牵武清区|责宝坻区 静海区",
    "东丽、西青、津南、北辰四区政府": "责东丽区 西青区 津南区 北辰区",
    "宁河、静海、蓟州等3个区": "责宁河区 静海区 蓟州区",
    "牵头单位：市水务局；配合单位：不涉及": "牵市水务局",
    "镇政府": "问镇政府",
    "园区管委会、街道办事处": "问园区管委会、街道办事处",
    "国家部委": "问国家部委",
    "有农业的区": "问有农业的区",
    "涉事企业落实，武清区监管": "督武清区|问涉事企业",
    "静海区委、区政府 张三": "责静海区",
    "市水务局 王某某\n静海区政府 李四": "责市水务局 静海区",
    "静海区 易县": "责静海区|问易县",
    "市水务局、市农业农村委（共同牵头），各区（落实）": f"牵市水务局 市农业农村委|责{' '.join(ALL)}",
    "牵头（市水务局），配合（静海区、西青区）": "牵市水务局|配静海区 西青区",
    "市水务局牵头（市财政局配合）": "牵市水务局|配市财政局",
    "按职责分工负责": "问按职责分工负责",
    "加强组织领导": "问加强组织领导",
    "建立工作专班": "问建立工作专班",
    "市水务局牵头建设污水处理厂": "牵市水务局",
    "驻津部队": "问驻津部队",
    "武清区人民政府、大黄堡镇": "责武清区 大黄堡镇",
    # nobody
    "暂无": "",
    "—": "",
    "N/A": "",
    "无牵头单位": "",
    "责任单位：": "",
    "，，；": "",
    # persons
    "责任单位：武清区委区政府（责任人：张三）": "责武清区",
    "责任单位：武清区，责任人：张三、李四；督导单位：市水务局": "责武清区|督市水务局",
    "责任单位及责任人：静海区政府 张三": "责静海区",
    "市水务局（联系人：王某，电话022-23333333）": "责市水务局",
    "武清区政府（2021年底前）、宝坻区政府（张三）": "责武清区 宝坻区",
}


@pytest.mark.parametrize(("phrase", "expected"), PHRASES.items())
def test_phrases_beside_the_table(phrase: str, expected: str) -> None:
    wanted = {SHORT[part[0]]: part[1:].split(" ") for part in expected.split("|") if part}
    assert reading(phrase) == wanted


@pytest.mark.parametrize(
    ("phrase", "unknown"),
    [
        ("某某乡政府", ("某某乡政府",)),
        ("X区人民政府、X镇", ("X区人民政府", "X镇")),
        ("市水务局、市XX局", ("市XX局",)),
        ("武清区水务局、农业农村委", ("武清区水务局", "农业农村委")),
        ("河北省生态环境厅、北京市水务局", ("河北省生态环境厅", "北京市水务局")),
        ("某某（集团）有限公司", ("某某（集团）有限公司",)),
        ("市政府督查室", ("市政府督查室",)),
        ("静海区委宣传部、和平路街道办事处", ("静海区委宣传部", "和平路街道办事处")),
    ],
)
def test_well_formed_names_that_are_not_registered_stay_as_written(phrase: str, unknown: tuple[str, ...]) -> None:
    found = read_units(phrase, REGISTRY)
    assert found.unknown == unknown
    assert set(unknown) <= set(found.responsible)
    assert not found.ask


# The registry


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("市环保局", "市生态环境局"),
        ("天津市生态环境局", "市生态环境局"),
        ("市環境局", "市生态环境局"),
        ("水务局", "市水务局"),
        ("市 水 务 局", "市水务局"),
        ("市住房和城乡建设委员会", "市住房城乡建设委"),
        ("天津市人民政府国有资产监督管理委员会", "市国资委"),
        ("天津市和平区人民政府", "和平区"),
        ("滨海新区区委", "滨海新区"),
        ("静海区委、区政府", "静海区"),
        ("天津经济技术开发区管理委员会", "天津经开区"),
        ("天津渤海化工集团有限责任公司", "渤化集团"),
    ],
)
def test_a_unit_is_found_by_every_name_it_goes_by(name: str, unit: str) -> None:
    found = REGISTRY.find(name)
    assert found is not None
    assert found.name == unit


@pytest.mark.parametrize("name", ["", " ", "武清区水务局", "各区", "北京市水务局", "市长"])
def test_what_is_no_unit_is_not_found(name: str) -> None:
    assert REGISTRY.find(name) is None


def test_a_misspelt_name_has_near_ones() -> None:
    assert REGISTRY.near("市水物局")[0] == "市水务局"
    assert REGISTRY.near("滨海新去")[0] == "滨海新区"
    assert REGISTRY.near("xyz") == []
    assert len(REGISTRY.near("市局", n=2)) <= 2


def test_every_unit_is_found_by_its_own_name_and_aliases() -> None:
    for unit in REGISTRY.units:
        for name in (unit.name, *unit.aliases):
            assert REGISTRY.find(name) == unit


def test_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        REGISTRY.expand("市外六区")
    assert refused.value.reason == "unknown_group"


SMALL: dict[str, Any] = {
    "city": "某",
    "district": {"东区": [], "西区": ["旧县"]},
    "department": {"市水务局": ["市水利局"]},
    "group": {"各区": {"kind": "district"}, "城区": {"members": ["东区"], "aliases": ["老城区"]}},
}


def test_another_city_reads_by_its_own_file() -> None:
    other = Registry.from_mapping(SMALL)
    found = read_units("某市水利局牵头，各区落实，旧县政府配合，市生态环境局督导", other)
    assert (found.lead, found.responsible, found.cooperating) == (("市水务局",), ("东区", "西区"), ("西区",))
    assert found.unknown == ("市生态环境局",)


@pytest.mark.parametrize(
    ("change", "entry", "problem"),
    [
        ({"city": ""}, "city", "missing"),
        ({"districts": {}}, "districts", "unknown_key"),
        ({"enterprise": {"东区": []}}, "东区", "stands_twice"),
        ({"enterprise": {"水厂": ["市水利局"]}}, "市水利局", "stands_twice"),
        ({"enterprise": {"水厂": "自来水"}}, "水厂", "wrong_shape"),
        ({"enterprise": []}, "enterprise", "wrong_shape"),
        ({"group": {"各区": {"kind": "county"}}}, "各区", "unknown_kind"),
        ({"group": {"城区": {"members": ["南区"]}}}, "城区: 南区", "unknown_member"),
        ({"group": {"城区": {"members": ["东区"], "aliasses": []}}}, "城区", "wrong_shape"),
        ({"group": {"城区": {}}}, "城区", "wrong_shape"),
    ],
)
def test_a_bad_registry_is_refused_and_the_entry_named(change: dict[str, Any], entry: str, problem: str) -> None:
    with pytest.raises(Refusal) as refused:
        Registry.from_mapping(SMALL | change)
    assert refused.value.reason == "bad_registry"
    assert refused.value.facts == {"entry": entry, "problem": problem}


# Laws

traditional = OpenCC("s2t").convert

PIECES = [
    *(
        "市水务局",
        "武清区",
        "各区",
        "其他各区",
        "某某乡政府",
        "濱海新區",
        "张三",
        "企业",
        "有关部门",
        "清淤",
        "水务",
        "区委",
        "市",
        "局",
    ),
    *(
        "牵头",
        "配合",
        "负责",
        "按职责分工",
        "督促",
        "会同",
        "整改",
        "监督管理责任",
        "责任单位：",
        "牵头单位",
        "责任人：",
        "为",
        "作为",
    ),
    *(
        "除",
        "外",
        "除外",
        "不含",
        "等",
        "等2个区",
        "各",
        "和",
        "及",
        "并且",
        "共同",
        "无",
        "—",
        "1.",
        "①",
        "﹑",
        "½",
        " ",
        "\n",
    ),
    *("（", "）", "(", "、", "，", "；"),
]
phrases = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=16).map("".join))


@given(phrases)
def test_reading_never_raises_and_never_invents(text: str) -> None:
    found = read_units(text, REGISTRY)
    for names in found.by_role().values():
        assert len(set(names)) == len(names)
        assert all(name in REGISTRY.by_name or name in text for name in names)
    assert all(ask in text for ask in found.ask)
    assert all(name not in REGISTRY.by_name and name in text for name in found.unknown)


@pytest.mark.parametrize("word", ["乡镇", "街镇", "国家"])
def test_a_word_over_and_over_is_asked_and_not_tried_in_every_cut(word: str) -> None:
    assert read_units(f"{word * 900}甲", REGISTRY).ask


units = st.lists(st.sampled_from([unit.name for unit in REGISTRY.units]), unique=True, min_size=1, max_size=12)


@settings(deadline=None)  # the first reading builds the registry's lexicon
@given(units)
def test_the_order_of_a_list_is_kept(names: list[str]) -> None:
    assert reading("、".join(names)) == {"responsible": names}


LABELS: dict[Role, tuple[str, ...]] = {
    "lead": ("牵头单位", "市级牵头部门", "牵头"),
    "responsible": ("责任单位", "主责单位", "整改责任单位", "实施主体"),
    "cooperating": ("配合单位", "协办单位", "配合"),
    "supervising": ("督导单位", "督办单位", "监管单位", "牵头督导单位"),
    "verifying": ("验收单位", "核查单位", "整改验收单位"),
}
AFTER: dict[Role, tuple[str, ...]] = {
    "lead": ("牵头", "共同牵头", "按职责牵头", "牵头组织实施"),
    "responsible": ("负责", "按职责分工负责", "落实", "具体负责落实"),
    "cooperating": ("配合", "协助", "参与", "按职责分工配合"),
    "supervising": ("督导", "督办", "负责监管", "督促指导"),
    "verifying": ("验收", "核查", "组织验收", "负责核查验收"),
}
IN_BRACKETS: dict[Role, tuple[str, ...]] = {
    "lead": ("牵头", "牵头单位"),
    "responsible": ("主责", "责任"),
    "cooperating": ("配合",),
    "supervising": ("监管", "督导"),
    "verifying": ("验收",),
}
FORMS: dict[str, list[str]] = {}
for form, written in REGISTRY.lexicon.items():
    if not written.is_group:
        FORMS.setdefault(written.names[0], []).append(form)


@st.composite
def assignments(draw: st.DrawFn) -> dict[Role, list[str]]:
    names = draw(units)
    roles = draw(st.lists(st.sampled_from(ROLES), min_size=len(names), max_size=len(names)))
    return {
        role: [name for name, its in zip(names, roles, strict=True) if its == role] for role in ROLES if role in roles
    }


@settings(deadline=None)  # four readings and two conversions an example, on a machine that others use too
@given(assignments(), st.data())
def test_a_division_of_work_reads_back_from_each_of_its_written_forms(
    assigned: dict[Role, list[str]], data: st.DataObject
) -> None:
    def pick(*choices: str) -> str:
        return data.draw(st.sampled_from(choices))

    def listed(names: list[str]) -> str:
        return "".join(
            pick(*FORMS[name]) + (pick("、", "和", "及", " 、 ") if name != names[-1] else "") for name in names
        )

    parted = pick("；", "\n", "，", "。")
    labelled = parted.join(f"{pick(*LABELS[role])}{pick('：', ':')}{listed(names)}" for role, names in assigned.items())
    followed = parted.join(f"{listed(names)}{pick(*AFTER[role])}" for role, names in assigned.items())
    marked = pick("、", "；", "，").join(
        f"{pick(*FORMS[name])}（{pick(*IN_BRACKETS[role])}）" for role, names in assigned.items() for name in names
    )
    for text in (labelled, followed, marked):
        assert reading(text) == assigned, text
        assert reading(traditional(text)) == assigned, text
