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


def pictures(*greys: int) -> list[tuple[str, bytes]]:
    return [(f"{grey}.png", plain_png(40, 30, grey)) for grey in greys]


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


def test_every_claim_has_its_evidence(cast: Cast) -> None:
    """Files of single measures bear out those; one for the task bears out all."""
    for n in (1, 2):
        cast.ask(cast.district, f"进度 5.{n} 100% 第{n}段完工")
    cast.photo(cast.district, "5.1", 1)
    checked = cast.ask(cast.water, "自查完成 5")
    assert "还没有佐证的措施：5.2" in checked
    assert "还有措施没有佐证：5.2" in cast.ask(cast.water, "申请销号 5")
    assert "申请销号" not in cast.town.ask(cast.water, "任务 5").labels
    cast.district.album(pictures(2, 3), caption="佐证 5.2")
    cast.town.settle()
    assert len({row.measure_id for row in cast.town.rows(Evidence)}) == 2, "a whole album goes where its caption says"
    assert "申请销号" in cast.town.ask(cast.water, "任务 5").labels
    assert "已申请销号" in cast.ask(cast.water, "申请销号 5")


def test_pictures_of_a_check_on_the_spot_are_a_part_of_its_record(cast: Cast) -> None:
    town = cast.town
    finished(cast)
    cast.ask(cast.water_head, "申请销号 5")
    asked = cast.told(cast.verifier, "请核查")
    cast.verifier.photo(plain_png(40, 30, 7), caption="现场核查 5 6月13日 张某、李某 护岸完好")
    assert "现场核查照片 1 张" in cast.told(cast.verifier, "已收").text
    kept = cast.told(cast.verifier, "现场核查已记")
    cast.verifier.album(pictures(8, 9), reply_to=kept)
    town.settle()
    assert "现场核查照片" in cast.told(cast.verifier, "已收").text
    assert "护岸完好（照片 3 张）" in cast.ask(cast.verifier, "任务 5")
    assert town.ask(cast.verifier, "佐证 5").text.count("现场核查") == 3

    # What the unit applied with is what it was: the button the verifier has before them decides.
    assert "佐证 2 件" in cast.press(cast.verifier, asked, "验收合格")
    cast.verifier.photo(plain_png(40, 30, 10), reply_to=kept)
    town.settle()
    assert "不在核查中" in cast.told(cast.verifier, "未记录").text
    assert "不在核查中" in cast.ask(cast.verifier, "撤下 5 3 拍错")
    cast.ask(cast.office, "同意 5")
    town.go("06-28 09:30")
    assert "护岸完好（照片 3 张）" in cast.told(cast.district_head, "请联签").text
    for person in (cast.district_head, cast.water_head, cast.office, cast.leader):
        assert "已签" in cast.ask(person, "同意 5")
    assert "已销号" in cast.ask(cast.office, "同意 5")
    assert (
        "照片 3 张" in cast.ask(cast.office, "历史 5 全部") or "照片 3 张" in cast.told(cast.office, "照片 3 张").text
    )
    assert len(town.rows(CloseOut)[-1].evidence) == 2


def test_one_tap_gives_the_whole_bundle(cast: Cast) -> None:
    finished(cast)
    for start in (20, 30):
        cast.district.album(pictures(*range(start, start + 6)), caption="佐证 5")
        cast.town.settle()
    cast.district.document(b"report", name="验收单.pdf", caption="佐证 5")
    cast.town.settle()
    cast.ask(cast.water_head, "申请销号 5")
    asked = cast.told(cast.verifier, "请核查")
    before = len(list(cast.verifier.messages()))
    cast.verifier.press(asked, "佐证 15")
    cast.town.settle()
    shown = list(cast.verifier.messages())[before:]
    assert sum(said.media is not None for said in shown) == 15


def test_a_correction_of_what_was_signed_voids_the_signatures(cast: Cast) -> None:
    noticed(cast)
    cast.town.go("06-28 09:30")
    cast.ask(cast.district_head, "同意 5")
    asked = cast.town.ask(cast.office, "更改 5 整改目标 水质稳定达标 原因 漏字")
    assert "已更改" in cast.press(cast.office, asked, "确认更改")
    assert "更正了台账，已有的 1 个签字作废" in cast.told(cast.district_head, "联签作废").text
    assert cast.state()[0] == "noticed"
    assert [row.void_why for row in cast.town.rows(Signature)] == ["correction"]
    assert "已签" in cast.ask(cast.district_head, "同意 5")
    chain_holds(cast)


def test_the_application_takes_up_what_became_of_its_files(cast: Cast) -> None:
    """A file still on its way when it was applied with: its hash is listed once known, and one that never comes goes."""
    town = cast.town
    finished(cast)
    for grey in (60, 61):
        town.sandbox.fault("502", "getFile", times=1)
        cast.photo(cast.district, 5, grey)
    cast.ask(cast.water_head, "申请销号 5")
    stamp = cast.told(cast.verifier, "请核查")
    listed = town.rows(CloseOut)[-1].evidence
    assert [bool(row["sha256"]) for row in listed] == [True, True, False, False]
    town.sandbox.fault("error", "getFile", times=1, code=400, description="Bad Request: invalid file_id")
    town.go("06-13 12:10")
    town.call(town.node.archive.idle())
    town.settle()
    listed = town.rows(CloseOut)[-1].evidence
    assert sorted(bool(row["sha256"]) for row in listed) == [True, True, True]
    kinds = [row.kind for row in town.rows(Event)]
    assert "close_out_evidence" in kinds
    assert "佐证已有变动" in cast.press(cast.verifier, stamp, "验收合格") or cast.state()[0] == "verifying"
    assert "验收合格" in cast.ask(cast.verifier, "同意 5")
    chain_holds(cast)
