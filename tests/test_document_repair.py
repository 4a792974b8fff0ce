"""Documents a bad converter has spoilt are what they were: readings in brackets out, 繁→简, real brackets kept."""

import io
import re
from typing import Any

import messy_plan as messy
import pytest
from docx import Document
from hypothesis import assume, given
from hypothesis import strategies as st
from opencc import OpenCC
from plan_drafts import HEADER, WHOLE, draft, placeless, refused_here

from bot.documents.plan_files.repair import Repair
from bot.documents.plan_files.secrecy import mark_in

TRADITIONAL = OpenCC("s2t").convert
# 乾 is both: the one character of the first level that does not come back.
FIRST_LEVEL = [
    char
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF if high < 0xD7 else 0xFA)
    if (char := bytes([high, low]).decode("gb2312")) != "乾"
]
READINGS = ["wǎng", "dū", "shuǐ", "zhì", "lǜ", "qīng", "háng", "è", "zhuàng", "ɡuǎn"]
REAL = [
    "（PM2.5）",
    "（COD）",
    "(COD)",
    "（NH3-N）",
    "（ha）",
    "（2021年底前）",
    "（市水务局）",
    "（kg）",
    "（一）",
    "（Ⅳ类）",
]
SENTENCES = ["河道整治", "水务局", "乡镇污水处理厂", "台账", "监测断面", "复垦", "干部", "后续管护", "里程碑", "一〇三"]


def mended(text: str) -> str:
    return Repair([text])(text)


def garbled(text: str, marks: dict[int, str], wide: bool = False) -> str:
    """As the converter leaves it: traditional, and a reading in brackets after the characters at these places."""
    left, right = "（）" if wide else "()"
    pieces = []
    for at, char in enumerate(TRADITIONAL(text)):
        pieces.append(f"{char}{left}{marks[at]}{right}" if at in marks else char)
    return "".join(pieces)


texts = st.lists(
    st.one_of(st.sampled_from(SENTENCES), st.text(st.sampled_from(FIRST_LEVEL), min_size=2, max_size=6)), min_size=3
).map("，".join)


@given(texts, st.sampled_from(REAL), st.booleans(), st.data())
def test_what_was_garbled_comes_back(text: str, real: str, wide: bool, data: st.DataObject) -> None:
    good = f"{text}{real}。"
    han = [at for at, char in enumerate(good) if "\u4e00" <= char <= "\u9fff" and good[at + 1] not in "（(Ⅳ类"]
    han = [at for at in han if at < len(text)]
    places = data.draw(st.lists(st.sampled_from(han), min_size=3, unique=True))
    # One character with its reading may be the author's own gloss.
    assume(len({good[at] for at in places}) > 1)
    marks = {at: data.draw(st.sampled_from(READINGS)) for at in places}
    assert mended(garbled(good, marks, wide)) == good


@given(texts, st.sampled_from(REAL))
def test_a_good_text_is_not_touched(text: str, real: str) -> None:
    assert mended(text + real) == text + real


@pytest.mark.parametrize(
    ("spoilt", "good"),
    [
        ("網(wǎng)訊, 督(dū)察", "网讯, 督察"),
        ("網（wǎng）訊，督（ dū ）察", "网讯，督察"),
        ("網(wang)絡，督（du）察，區(qu)級", "网络，督察，区级"),
        ("整改責(zé)任單(dān)位：市水務(wù)局（COD）", "整改责任单位：市水务局（COD）"),
        ("濕(shī)地875公頃(ha)，細顆粒物（PM2.5）", "湿地875公顷(ha)，细颗粒物（PM2.5）"),
        ("生態環(shēng tài huán)境保護", "生态环境保护"),
        ("綠(lǜ)化、綠（lv4）地、管(ɡuǎn)網", "绿化、绿地、管网"),
        ("⽔⼟保持", "水土保持"),
        ("貫徹落實中央生態環境保護督察反饋意見", "贯彻落实中央生态环境保护督察反馈意见"),
    ],
)
def test_the_damage_is_known(spoilt: str, good: str) -> None:
    assert mended(spoilt) == good


@pytest.mark.parametrize(
    "text",
    ["鲀(tún)鱼栖息地保护", "面积531.87公顷（ha）", "化学需氧量（COD）、氨氮（NH3-N）", "１２项，３条", "朱熔基、堃"],
)
def test_one_gloss_or_a_rare_character_is_no_damage(text: str) -> None:
    assert mended(text) == text


MARKS = re.compile("[河清水理务]")


def spoil(value: object) -> object:
    return MARKS.sub(lambda found: f"{found.group()}(qīng)", TRADITIONAL(value)) if isinstance(value, str) else value


def said(data: bytes, name: str = "plan.xlsx") -> dict[str, Any]:
    """What the file says, without places and without what was mended in it."""
    return {key: value for key, value in placeless(draft(data, name)).items() if key != "mended"}


def test_a_spoilt_workbook_and_a_spoilt_letter_read_like_the_good_ones() -> None:
    rows = [HEADER, WHOLE, ["2", "湿地（PM2.5）萎缩。", "修复", "（1）补水；（2）管护", "市规划资源局", "长期坚持"]]
    good = draft(messy.workbook(rows))
    spoilt = messy.workbook([[spoil(value) for value in row] for row in rows])
    assert said(spoilt) == said(messy.workbook(rows))
    assert draft(spoilt).tasks[1].problem == "湿地（PM2.5）萎缩。"
    assert all(draft(spoilt).mended)
    document = Document()
    table = document.add_table(rows=len(rows), cols=len(HEADER))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            table.cell(at, column).text = str(spoil(value))
    buffer = io.BytesIO()
    document.save(buffer)
    assert [task.problem for task in draft(buffer.getvalue(), "plan.docx").tasks] == [t.problem for t in good.tasks]
    lines = "\n".join(",".join(map(str, row)) for row in rows)
    assert said(str(spoil(lines)).encode(), "plan.csv") == said(lines.encode(), "plan.csv")


def test_a_mark_of_secrecy_is_seen_through_the_damage() -> None:
    spoilt = "內(nèi)部資(zī)料\n1. 問題：河道淤積\n整改措施：清淤\n責任單位：市水務局\n整改時限：2022年底前"
    refusal = refused_here(spoilt.encode(), "plan.txt")
    assert (refusal.reason, refusal.facts["mark"]) == ("plan_secret", "内部资料")


@pytest.mark.parametrize(
    "line", ["（1）规范涉密载体管理", "涉密人员培训", "开展保密教育", "签订保密承诺书", "内部资料管理混乱"]
)
def test_a_task_about_keeping_secrets_is_no_secret(line: str) -> None:
    assert mark_in(line) == ""


@pytest.mark.parametrize(
    "line", ["秘密★1年", "（内部资料，注意保存）", "涉密", "机密 10年", "工作秘密", "内部文件　不得外传"]
)
def test_a_mark_is_a_mark(line: str) -> None:
    assert mark_in(line)
