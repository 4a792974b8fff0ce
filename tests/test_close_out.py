"""The last stretch of a task's life, by chat: application, verification, notice, signatures, strike-off, relapse."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from cast import Cast, a_cast, finished, noticed, signed
from docx import Document
from sqlmodel import select

from bot.domain.ledger import Event
from bot.domain.process import Signature
from bot.sandbox.images import plain_png
from bot.store.ledger import load_task
from bot.usecases import auditing, digest
from bot.usecases.moments import moment


@pytest.fixture
def cast() -> Iterator[Cast]:
    with a_cast() as cast:
        yield cast


def test_one_whole_life(cast: Cast) -> None:
    town = cast.town
    assert "现为“已交办”" in cast.ask(cast.water, "申请销号 5")

    # The flood season: the unit asks for a later day in time, its head agrees, the office grants it on a document.
    assert "延期" in cast.ask(cast.district, "延期 5.2 2022-07-15 汛期停工")
    cast.refused("同意 5", besides=cast.district_head, why="武清区负责人同意延期")
    assert "您申请或经手过的，由他人决定" in cast.ask(cast.district, "同意 5")
    assert "同意" in cast.ask(cast.district_head, "同意 5")
    cast.refused("同意 5 津整改办〔2022〕15号", besides=cast.office, why="整改办决定延期")
    assert "津整改办〔2022〕15号" in cast.ask(cast.office, "同意 5 津整改办〔2022〕15号")
    assert "2022-07-15" in cast.ask(cast.water, "任务 5")
    finished(cast)

    # The application is the answering unit's, and goes to its head first.
    assert "由 市水务局 申请销号" in cast.ask(cast.district, "申请销号 5")
    choice = town.ask(cast.water, "办结 5")
    assert "完成不等于销号" in choice.text
    answer = cast.press(cast.water, choice, "申请销号")
    assert "佐证 2 件" in answer
    assert "现等：市水务局负责人" in answer
    cast.refused("同意 5", besides=cast.water_head, why="市水务局负责人")
    asked = cast.told(cast.water_head, "请同意")
    assert "现等：市生态环境局核查" in cast.press(cast.water_head, asked, "同意")

    # The verifier has the whole bundle, looks on the spot, and returns it measure by measure.
    asked = cast.told(cast.verifier, "请核查")
    assert "佐证 2 件" in asked.text
    pictures = len(list(cast.verifier.messages()))
    cast.verifier.press(asked, "佐证")
    town.settle()
    assert len(list(cast.verifier.messages())) >= pictures + 3
    cast.refused("同意 5", besides=cast.verifier, why="市生态环境局核查")
    assert "现场核查已记" in cast.ask(cast.verifier, "现场核查 5 6月13日 张某、李某 护岸一处沉降")
    question = cast.press(cast.verifier, asked, "退回")
    assert "退回原因" in question
    back = town.reply(cast.verifier, cast.told(cast.verifier, "退回原因"), "5.2 护岸照片不清；5.1 缺验收单")
    assert "已退回" in back.text
    returned = cast.told(cast.water, "已退回").text
    assert "5.2 护岸照片不清" in returned
    assert "5.1 缺验收单" in returned
    assert "退回原因：5.2 护岸照片不清；5.1 缺验收单" in cast.ask(cast.water, "任务 5")
    assert "龙河治理　已退回" in cast.ask(cast.water, "我的任务")

    # Put right, applied for again, accepted.
    assert "已收" in cast.photo(cast.district, 5, 150)
    cast.ask(cast.district, "进度 5.2 100% 已补修护岸")
    assert "自查完成" in cast.ask(cast.water, "自查完成 5")
    assert "已申请销号" in cast.ask(cast.water_head, "申请销号 5 已补齐")
    assert "负责人申请，视为单位同意" in cast.told(cast.water_head, "已申请销号").text
    asked = cast.told(cast.verifier, "已补齐")
    assert "上次退回：5.2 护岸照片不清；5.1 缺验收单" in asked.text
    assert "验收合格" in cast.press(cast.verifier, asked, "验收合格")

    # The office drafts the notice, reads it over, and publishes.
    asked = cast.told(cast.office, "待公示")
    cast.refused("同意 5", besides=cast.office, why="整改办公示")
    cast.office.skip()
    cast.office.press(asked, "拟公示")
    draft = cast.office.expect("公示稿")
    text = "\n".join(p.text for p in Document(BytesIO(town.sandbox.file(draft.media or {}))).paragraphs)
    assert "龙河治理整改完成情况公示" in text
    assert "2022年6月14日至2022年6月27日，共10个工作日" in text
    assert "2022年6月30日前（经津整改办〔2022〕15号批准，延期至2022年7月15日）" in text
    answer = cast.press(cast.office, asked, "今日公示")
    assert "公示期 2022年6月14日至2022年6月27日" in answer

    # An objection stops everything until it is answered.
    assert "公示期满" in cast.ask(cast.district_head, "同意 5")
    assert "异议已记" in cast.ask(cast.district, "异议 5 下游仍有异味")
    objection = cast.told(cast.office, "公示异议")
    assert "以“成立”或“不成立”开头" in town.reply(cast.office, objection, "知道了，去看看").text
    town.travel("06-28 09:30")
    cast.refused("同意 5", besides=cast.office, why="整改办答复异议")
    assert "异议不成立" in town.reply(cast.office, objection, "不成立，复核水质达标").text
    assert "复核水质达标" in cast.told(cast.district, "异议不成立").text
    assert "不在公示期" in cast.ask(cast.district, "异议 5 还有异味") or "已于" in cast.told(cast.district, "").text

    # Four signatures, in order, each with what the one before saw.
    for n, (person, whose) in enumerate(
        [
            (cast.district_head, "武清区负责人"),
            (cast.water_head, "市水务局负责人"),
            (cast.office, "整改办"),
            (cast.leader, "市领导"),
        ],
        1,
    ):
        asked = cast.told(person, "请联签")
        assert f"{n}/4" in asked.text
        assert asked.text.count("已签") == n - 1
        cast.refused("同意 5", besides=person, why=whose)
        assert f"{n}/4" in cast.press(person, asked, "签字")
    cast.refused("同意 5", besides=cast.office, why="整改办销号")
    answer = cast.press(cast.office, cast.told(cast.office, "联签已齐"), "销号")
    assert "已销号" in answer
    assert "2022年7月28日、2022年9月26日" in answer
    struck = cast.state()
    assert "已销号" in cast.ask(cast.district, "进度 5.1 90% 又有淤积")
    assert "没有可撤回的" in cast.ask(cast.district, "撤回")
    cast.district.skip()
    cast.district.photo(plain_png(40, 30, 9), caption="佐证 5")
    assert cast.district.expect("已销号")
    assert cast.state() == struck
    as_of = town.clock()
    with town.house.looking() as act:
        then = digest.digest_json(act, digest.digest_at(act, as_of))

    # The first look-back passes, the second fails, and the office reopens.
    town.travel("07-28 09:30")
    assert "待办 1" in cast.told(cast.verifier, "待办").text
    cast.refused("同意 5", besides=cast.verifier, why="回头看（7月28日）")
    assert "下次回头看" in cast.ask(cast.verifier, "同意 5 水质稳定")
    town.travel("09-26 09:30")
    pending = town.ask(cast.verifier, "待办")
    assert "回头看（9月26日）" in pending.text
    cast.press(cast.verifier, pending, "未通过")
    assert "回头看未通过" in town.reply(cast.verifier, cast.told(cast.verifier, "请写明"), "河道返黑").text
    assert "河道返黑" in cast.told(cast.office, "回头看未通过").text
    assert "河道返黑" in cast.told(cast.district, "回头看未通过").text
    assert "回头看 7月28日 通过、9月26日 未通过（河道返黑）" in cast.ask(cast.leader, "任务 5")
    cast.refused("重开 5 河道返黑", besides=cast.office)
    cast.refused("同意 5", besides=cast.office, why="整改办定是否重开")
    assert "请写依据" in cast.ask(cast.office, "重开 5 河道返黑")
    confirm = town.reply(cast.office, cast.told(cast.office, "请写依据"), "9月26日回头看记录")
    assert "第 2 轮" in confirm.text
    answer = cast.press(cast.office, confirm, "确认重开")
    assert "2022年10月26日" in answer
    assert "第 2 轮" in cast.told(cast.district, "重开").text
    assert cast.state()[:2] == ("handed_over", 2)
    assert "已记" in cast.ask(cast.district, "进度 5.1 20% 重新清淤")

    # The old cycle stands as it was, and so does the trail.
    with town.house.looking() as act:
        assert digest.digest_json(act, digest.digest_at(act, as_of)) == then
        old, new = load_task(act.session, 5, as_of=as_of), load_task(act.session, 5)
        assert (old.cycle, old.progress, old.original_due) == (1, 100, moment("2022-06-30", act.office.zone).date())
        assert (new.cycle, new.progress, new.original_due) == (2, 10, moment("2022-10-26", act.office.zone).date())
        assert auditing.verify_chain(act)[0] > 40
    assert "联签" in cast.ask(cast.office, "历史 5")


def test_nothing_without_evidence(cast: Cast) -> None:
    for n in (1, 2):
        cast.ask(cast.district, f"进度 5.{n} 100% 完工")
    cast.ask(cast.water, "自查完成 5")
    assert "还没有佐证" in cast.ask(cast.water, "申请销号 5")
    cast.photo(cast.district, 5, 10)
    assert "没有单独佐证的措施：5.1、5.2" in cast.ask(cast.water, "申请销号 5")
    # What the own check rests on is no longer taken back.
    assert "第 5 项已完成" in cast.ask(cast.district, "撤回")


def test_the_doer_never_verifies(cast: Cast) -> None:
    town = cast.town
    doer = town.join("武清区", "verifier", "武清验收员")
    cast.ask(cast.district, "进度 6 100% 完工")
    cast.photo(cast.district, 6, 20)
    cast.ask(cast.district, "自查完成 6")
    cast.ask(cast.district, "申请销号 6")
    cast.ask(cast.district_head, "同意 6")
    assert "由整改办核查" in cast.told(cast.office, "请核查").text
    assert "等：整改办" in cast.ask(doer, "同意 6")
    assert "不能自己验收" in cast.ask(doer, "现场核查 6 6月13日 本人 很好")
    assert "验收合格" in cast.ask(cast.office, "同意 6")


def test_signals_are_shown_to_the_verifier_only(cast: Cast) -> None:
    cast.photo(cast.district, 6, 77)
    for n in (1, 2):
        cast.ask(cast.district, f"进度 5.{n} 100% 全部完工")
    cast.photo(cast.district, 5, 77)
    cast.ask(cast.water, "自查完成 5")
    cast.ask(cast.water_head, "申请销号 5")
    asked = cast.told(cast.verifier, "请核查").text
    assert "不是结论" in asked
    assert "由 0 到 100%" in asked
    assert "也用于其他任务：06" in asked
    assert "由 0 到 100%" in cast.ask(cast.verifier, "任务 5")
    assert "由 0 到 100%" not in cast.ask(cast.water, "任务 5")


def test_two_press_the_same_button_at_once(cast: Cast) -> None:
    town = cast.town
    second = town.join("市生态环境局", "verifier", "第二验收员")
    finished(cast)
    cast.ask(cast.water_head, "申请销号 5")
    mine, theirs = cast.told(cast.verifier, "请核查"), cast.told(second, "请核查")
    with ThreadPoolExecutor(2) as pool:
        pressed = [(cast.verifier, mine), (second, theirs)]
        answers = list(pool.map(lambda pair: pair[0].press(pair[1], "验收合格"), pressed))
    assert sorted("已经办过" in answer.text for answer in answers) == [False, True]
    assert "已经办过" in cast.press(cast.verifier, mine, "验收合格")
    with town.house.looking() as act:
        kinds = [event.kind for event in act.session.exec(select(Event))]
    assert kinds.count("close_out_accepted") == 1


def test_a_button_that_others_can_reach_decides_nothing_for_them(cast: Cast) -> None:
    town = cast.town
    finished(cast)
    cast.ask(cast.water_head, "申请销号 5")
    group = town.sandbox.group("整改工作群", [cast.office, cast.verifier, cast.district])
    town.ask(cast.office, "/bind", chat=group)
    shown = town.ask(cast.verifier, "/pending", chat=group)
    before = cast.state()
    for other in (cast.district, cast.office):
        assert "不再等您决定" in other.press(shown, "验收合格").text
    assert cast.state() == before
    assert cast.verifier.press(shown, "验收合格").answered
    town.settle()
    assert cast.state()[0] == "accepted"


def test_a_decision_while_the_evidence_changes(cast: Cast) -> None:
    finished(cast)
    cast.ask(cast.water_head, "申请销号 5")
    asked = cast.told(cast.verifier, "请核查")
    assert "已收" in cast.photo(cast.district, 5, 33)
    again = cast.press(cast.verifier, asked, "验收合格")
    assert cast.state()[0] == "verifying"
    assert "核查验收" in again
    fresh = cast.told(cast.verifier, "待办")
    assert "验收合格" in cast.press(cast.verifier, fresh, "验收合格")
    assert cast.state()[0] == "accepted"


def test_changed_evidence_voids_the_signatures(cast: Cast) -> None:
    noticed(cast)
    cast.town.travel("06-28 09:30")
    cast.ask(cast.district_head, "同意 5")
    cast.ask(cast.water_head, "同意 5")
    stale = cast.told(cast.office, "请联签")
    cast.photo(cast.district, 5, 44)
    assert "2 个签字作废" in cast.told(cast.district_head, "联签作废").text
    assert "2 个签字作废" in cast.told(cast.office, "联签作废").text
    assert cast.state()[0] == "noticed"
    assert "已经办过" in cast.press(cast.office, stale, "签字")
    for person in (cast.district_head, cast.water_head, cast.office, cast.leader):
        assert "已签" in cast.ask(person, "同意 5")
    with cast.town.house.looking() as act:
        rows = act.session.exec(select(Signature)).all()
        assert [row.void_why for row in rows if row.void_at] == ["evidence", "evidence"]
        assert len(rows) == 6
    assert "联签 4/4（作废 2）" in cast.ask(cast.office, "任务 5")
    assert "已销号" in cast.ask(cast.office, "同意 5")


def test_an_upheld_objection_reopens_verification(cast: Cast) -> None:
    noticed(cast)
    cast.ask(cast.district, "异议 5 下游仍有异味")
    objection = cast.told(cast.office, "公示异议")
    cast.press(cast.office, objection, "异议成立")
    question = cast.told(cast.office, "请写明答复和理由")
    assert "异议成立" in cast.town.reply(cast.office, question, "现场仍有异味").text
    assert cast.state()[0] == "verifying"
    assert "异议成立，重新核查" in cast.told(cast.verifier, "请核查").text
    assert "已经办过" in cast.press(cast.office, objection, "异议成立")
    cast.ask(cast.verifier, "同意 5 已复查")
    assert "已公示" in cast.ask(cast.office, "同意 5")


def test_a_step_without_anybody_is_said_and_never_skipped(cast: Cast) -> None:
    town = cast.town
    noticed(cast)
    members = town.ask(cast.office, "成员")
    sure = town.press(cast.office, members, "移出 市领导leader")
    assert "已移出" in cast.press(cast.office, sure, "移出")
    town.travel("06-28 09:30")
    for person in (cast.district_head, cast.water_head, cast.office):
        assert "已签" in cast.ask(person, "同意 5")
    assert "联签卡住" in cast.told(cast.office, "联签卡住").text
    assert "等：市领导" in cast.ask(cast.office, "同意 5")
    assert cast.state()[0] == "countersigning"
    replacement = town.join("市领导", "leader", "新领导")
    assert "已签" in cast.ask(replacement, "同意 5")
    assert "已销号" in cast.ask(cast.office, "同意 5")


def test_who_is_silent_is_reminded_and_the_office_hears_of_it(cast: Cast) -> None:
    finished(cast)
    cast.ask(cast.water_head, "申请销号 5")
    cast.verifier.skip()
    cast.town.travel("06-14 09:30")
    daily = cast.told(cast.verifier, "已等 1 个工作日")
    assert "待办 1" in daily.text
    assert "请核查" not in daily.text
    assert "核查验收" in cast.press(cast.verifier, daily, "待办")
    cast.town.travel("06-16 09:30")
    assert "市生态环境局" in cast.told(cast.office, "久未办理").text
    said = len([s for s in cast.office.messages() if "久未办理" in s.text])
    cast.town.travel("06-21 09:30")
    assert len([s for s in cast.office.messages() if "久未办理" in s.text]) == said == 1


def test_a_reopening_is_confirmed_once(cast: Cast) -> None:
    signed(cast)
    cast.ask(cast.office, "同意 5")
    confirm = cast.town.ask(cast.office, "重开 5 又见黑臭 依据 群众举报第5号")
    assert "群众举报第5号" in confirm.text
    assert "第 2 轮" in cast.press(cast.office, confirm, "确认重开")
    again = cast.town.ask(cast.office, "重开 5 又见黑臭 依据 群众举报第6号")
    assert "没有销号" in again.text
    assert cast.state()[:2] == ("handed_over", 2)


def test_a_failed_look_back_waits_until_the_office_has_said_what_follows(cast: Cast) -> None:
    town = cast.town
    signed(cast)
    cast.ask(cast.office, "同意 5")
    town.go("07-28 09:30")
    cast.ask(cast.verifier, "退回 5 河道返黑")
    told = cast.told(cast.office, "回头看未通过")
    assert told.labels == ["重开", "不重开，再查"]
    assert "重开：7月28日回头看未通过" in cast.ask(cast.office, "待办")

    # Reopening is shown first, with the look-back as its basis; not reopening needs a reason, and another day.
    assert "依据：2022年7月28日回头看记录" in cast.press(cast.office, told, "重开")
    assert cast.state()[:2] == ("struck_off", 1)
    assert "不重开的理由" in cast.press(cast.office, told, "不重开，再查")
    answer = town.reply(cast.office, cast.told(cast.office, "不重开的理由"), "雨后浑浊，已恢复").text
    assert "下次回头看 2022年8月27日" in answer
    assert "雨后浑浊" in cast.told(cast.verifier, "再查").text
    assert "不再等您决定" in cast.press(cast.office, told, "重开")
    assert "待办 0" in cast.ask(cast.office, "待办")
    assert "雨后浑浊" in cast.ask(cast.office, "历史 5")

    # Of what was looked at again, the last word counts.
    for day in ("08-29 09:30", "09-26 09:30"):
        town.go(day)
        answer = cast.ask(cast.verifier, "同意 5 水质稳定")
    assert "转入长期保持" in answer
    assert cast.state()[0] == "kept_up"
