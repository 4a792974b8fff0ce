"""一案一档: single files withdrawn, signatures on paper, decisions about what was shown, and the history of it all."""

import json
from collections.abc import Iterator

import pytest
from cast import Cast, a_cast, finished, noticed

from bot.domain.ledger import Event, Evidence
from bot.domain.process import CloseOut, Objection, Signature
from bot.sandbox.images import plain_png
from bot.usecases import auditing


@pytest.fixture
def cast() -> Iterator[Cast]:
    with a_cast() as cast:
        yield cast


def chain_holds(cast: Cast) -> None:
    with cast.town.house.looking() as act:
        assert auditing.verify_chain(act)[0]


def test_a_single_file_is_withdrawn_and_stays_in_the_history(cast: Cast) -> None:
    town = cast.town
    finished(cast)
    listed = town.ask(cast.district, "佐证 5")
    assert "2 件" in listed.text
    assert "没有第 9 件" in cast.ask(cast.district, "撤下 5 9 发错")
    assert "其他单位所报" in cast.ask(cast.verifier, "撤下 5 1 发错")
    assert "没有您可以撤下的" in cast.ask(cast.water, "撤下 5")

    # By buttons: which one, then why.
    which = town.press(cast.district, listed, "撤下一件")
    assert "撤下哪一件" in which.text
    asked = town.press(cast.district, which, which.labels[1])
    assert "撤下佐证第 2 件" in asked.text
    assert "已撤下佐证第 2 件" in town.reply(cast.district, asked, "拍的是另一段").text
    assert "已经撤下" in cast.ask(cast.district, "撤下 5 2 再撤")
    assert "1 件" in cast.ask(cast.district, "佐证 5")
    assert "撤下佐证第 2 件" in (history := cast.ask(cast.water, "历史 5"))
    assert "拍的是另一段" in history
    rows = town.rows(Evidence)
    assert (rows[0].withdrawn_at, rows[1].withdrawn_why) == (None, "拍的是另一段")

    # Once applied for, the last file cannot go, and numbers stay what they were.
    cast.ask(cast.water, "申请销号 5")
    assert "只剩这一件佐证" in cast.ask(cast.district, "撤下 5 1 发错")
    cast.photo(cast.district, 5, 99)
    assert "已申请销号" in cast.ask(cast.district, "撤下 5 1")
    assert "已撤下佐证第 1 件" in cast.ask(cast.district, "撤下 5 第1件 照片不清")
    assert [each["id"] for each in town.rows(CloseOut)[-1].evidence] == [rows[-1].id + 1]

    # What a head is shown after that is what he agrees to: by button, and by the typed word.
    asked = cast.told(cast.water_head, "请同意")
    assert "待办 1" in cast.press(cast.water_head, asked, "同意")
    assert cast.state()[0] == "close_out_asked"
    assert "已记" in cast.ask(cast.water_head, "同意 5")
    chain_holds(cast)


def test_a_typed_word_decides_about_what_was_shown(cast: Cast) -> None:
    finished(cast)
    cast.ask(cast.water_head, "申请销号 5")
    cast.told(cast.verifier, "请核查")
    cast.photo(cast.district, 5, 33)
    assert "佐证已有变动" in cast.ask(cast.verifier, "同意 5")
    assert cast.state()[0] == "verifying"
    assert "核查验收" in cast.told(cast.verifier, "待办").text
    # Shown anew, the word decides; and a newcomer who was shown nothing is shown it first.
    cast.photo(cast.district, 5, 34)
    newcomer = cast.town.join("市生态环境局", "verifier", "新来的")
    assert "佐证已有变动" in cast.ask(newcomer, "同意 5")
    assert "验收合格" in cast.ask(newcomer, "同意 5")
    assert cast.state()[0] == "accepted"


def test_withdrawing_voids_the_signatures_given(cast: Cast) -> None:
    noticed(cast)
    cast.town.go("06-28 09:30")
    cast.ask(cast.district_head, "同意 5")
    assert "已有 1 个签字，撤下后作废" in cast.ask(cast.district, "撤下 5 2")
    assert "1 个签字作废" in cast.ask(cast.district, "撤下 5 2 照片发错")
    assert "1 个签字作废" in cast.told(cast.district_head, "联签作废").text
    assert cast.state()[0] == "noticed"
    # Asked anew, and shown anew: the word holds.
    assert "已签" in cast.ask(cast.district_head, "同意 5")
    assert "（后作废）" in cast.ask(cast.office, "历史 5")
    chain_holds(cast)


def test_a_signature_on_paper_stands_for_one_by_chat(cast: Cast) -> None:
    town = cast.town
    noticed(cast)
    written = "津武整改〔2022〕3号"
    assert "公示期至" in cast.ask(cast.office, f"纸签 5 武清区 孙某 6月13日 {written}")
    town.go("06-28 09:30")
    assert "不能这样做" in cast.ask(cast.water_head, f"纸签 5 武清区 孙某 6月28日 {written}")
    assert "写法" in cast.ask(cast.office, "纸签 5 武清区 孙某")
    assert "签字日期" in cast.ask(cast.office, f"纸签 5 武清区 孙某 6月27日 {written}")
    assert "签字日期" in cast.ask(cast.office, f"纸签 5 武清区 孙某 2022年6月29日 {written}")
    assert "还没轮到" in cast.ask(cast.office, f"纸签 5 市水务局 李某 6月28日 {written}")
    cast.office.skip()
    cast.office.photo(plain_png(40, 30, 5), caption=f"纸签 5 武清区 孙某 6月28日 {written}")
    kept = cast.office.expect("已代录纸质签字").text
    assert "1/4" in kept
    assert "附扫描件" in kept
    assert "孙某" in cast.told(cast.district_head, "纸质签字已代录").text

    # The scan is no evidence: nothing is void, and the next signer sees what it is.
    asked = cast.told(cast.water_head, "请联签").text
    assert f"孙某（纸质 {written}）" in asked
    assert "佐证 2 件" in asked
    assert "2/4" in cast.ask(cast.water_head, "同意 5")
    assert "直接点“签字”" in cast.ask(cast.office, "纸签 5 整改办 王某 6月28日 津整改办〔2022〕9号")
    assert "3/4" in cast.ask(cast.office, "同意 5"), "who recorded a paper signs the office's own step all the same"
    assert "4/4" in cast.ask(cast.office, "纸签 5 市领导 赵某 6月28日 津政督〔2022〕1号")
    assert "已销号" in cast.ask(cast.office, "同意 5")
    assert [bool(row.paper) for row in town.rows(Signature)] == [True, False, False, True]
    history = cast.ask(cast.leader, "历史 5")
    assert f"武清区 孙某，纸质 6月28日 {written}（市整改办office代录）" in history
    assert "市领导 赵某，纸质" in history
    chain_holds(cast)


def test_an_objection_is_answered_when_its_case_goes_back(cast: Cast) -> None:
    noticed(cast)
    cast.ask(cast.verifier, "现场核查 5 6月13日 张某、李某 护岸完好")
    cast.ask(cast.district, "异议 5 下游仍有异味")
    cast.ask(cast.leader, "异议 5 照片不是本段")
    # The first that is upheld sends the case back; the other still wants its answer.
    cast.town.settle()
    first, second = [said for said in cast.office.messages() if "公示异议" in said.text]
    assert "异议成立" in cast.town.reply(cast.office, first, "成立，现场仍有异味").text
    assert cast.state()[0] == "verifying"
    assert "待办 1" in cast.ask(cast.office, "待办")
    # The old notice's days have passed, but what is being verified again is not to be signed, on paper either.
    cast.town.go("06-28 09:30")
    assert "现为“核查中”" in cast.ask(cast.office, "纸签 5 武清区 孙某 6月28日 津武整改〔2022〕3号")
    # It goes back for another reason meanwhile: that is the answer, and none is left that nobody can give.
    cast.ask(cast.verifier, "同意 5")
    question = cast.press(cast.office, cast.told(cast.office, "待公示"), "退回")
    assert "退回原因" in question
    assert "已退回" in cast.town.reply(cast.office, cast.told(cast.office, "退回原因"), "照片重拍").text
    assert [(row.upheld, row.answer) for row in cast.town.rows(Objection)] == [
        (True, "现场仍有异味"),
        (True, "照片重拍"),
    ]
    assert "待办 0" in cast.ask(cast.office, "待办")
    assert "已经办过" in cast.press(cast.office, second, "异议成立")
    chain_holds(cast)


def test_the_history_tells_the_whole_case(cast: Cast) -> None:
    finished(cast)
    cast.ask(cast.water, "申请销号 5 已全部完成")
    cast.ask(cast.water_head, "同意 5")
    cast.ask(cast.verifier, "现场核查 5 6月13日 张某、李某 护岸完好")
    cast.ask(cast.verifier, "退回 5.2 照片不清")
    history = cast.ask(cast.water, "历史 5")
    for words in ("佐证 2 件", "现场核查 6月13日　张某、李某：护岸完好", "退回　市生态环境局", "5.2 照片不清"):
        assert words in history, (words, history)
    assert history.count("照片不清") == 1, "told once, by the finding"
    withdrawn = [json.loads(event.after) for event in cast.town.rows(Event) if event.kind == "close_out_returned"]
    assert withdrawn[0]["reasons"][0]["measure"] == "5.2"
