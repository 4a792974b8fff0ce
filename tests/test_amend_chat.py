"""更改 by chat: the office puts wording, deadlines and units right, explicitly, with a reason, visible ever after."""

from collections.abc import Iterator
from datetime import date

import pytest
from cast import Cast, a_cast

from bot.domain.ledger import State
from bot.domain.process import Correction
from bot.store.ledger import load_task
from bot.usecases import auditing, digest

PLAN = """整改方案（测试）
印发日期：2021年5月20日
序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限
5,龙河治理,龙河水质差,水质达标,（1）清淤；（2）护岸,市水务局,武清区,,,市生态环境局,2022年6月30日前
6,污水直排,污水直排,消除直排,截污,,武清区,,,市生态环境局,2022年6月30日前
7,积存处置,积存未清,清零,处置,市水务局,,,,市生态环境局,2022年6月30日前
8,湿地修复,湿地退化,修复,修复,,武清区,,,市生态环境局,2022年6月30日前
"""


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with a_cast(PLAN) as cast:
        yield cast


def confirm(cast: Cast, text: str) -> str:
    """The office writes it, looks at what it would do, and confirms."""
    shown = cast.town.ask(cast.office, text)
    assert "确认后即生效" in shown.text, shown.text
    return cast.press(cast.office, shown, "确认更改")


def test_wording_is_shown_then_confirmed_told_listed_and_published(cast: Cast) -> None:
    before = cast.state(7)
    shown = cast.town.ask(cast.office, "更改 7 简称 渗滤液积存处置 原因 与印发稿一致")
    assert "原：积存处置" in shown.text
    assert "改：渗滤液积存处置" in shown.text
    assert cast.state(7) == before, "nothing changes before it is confirmed"
    assert "已更改" in cast.press(cast.office, shown, "确认更改")
    cast.town.travel("06-13 12:10")
    assert "积存处置 → 渗滤液积存处置" in cast.told(cast.water, "台账更正").text
    assert "更正 简称：积存处置 → 渗滤液积存处置（与印发稿一致）" in cast.ask(cast.water, "历史 7")
    assert "更正　07 简称：与印发稿一致" in cast.ask(cast.office, "周报")
    assert "渗滤液积存处置" in cast.ask(cast.water, "任务 7")


def test_a_missing_reason_is_asked_for_and_the_reply_completes_it(cast: Cast) -> None:
    asked = cast.town.ask(cast.office, "更改 5.2 措施 护岸加固")
    assert "请写更正原因" in asked.text
    shown = cast.town.reply(cast.office, asked, "原稿漏字")
    assert "改：护岸加固" in shown.text
    assert "原因：原稿漏字" in shown.text
    assert "已更改" in cast.press(cast.office, shown, "确认更改")
    assert "护岸加固" in cast.ask(cast.district, "任务 5")


def test_a_published_date_only_with_the_number_of_its_document(cast: Cast) -> None:
    asked = cast.town.ask(cast.office, "更改 6 时限 2022年9月底前 原因 抄录有误")
    assert "文号" in asked.text
    again = cast.town.reply(cast.office, asked, "抄录有误")
    assert "文号" in again.text, "a reason alone moves no published date"
    shown = cast.town.reply(cast.office, asked, "抄录有误 津整改办〔2022〕15号")
    assert "依据：津整改办〔2022〕15号" in shown.text
    answer = cast.press(cast.office, shown, "确认更改")
    assert "(2022-06-30) → 2022年9月底前 (2022-09-30)" in answer
    with cast.town.house.looking() as act:
        assert load_task(act.session, 6).due == date(2022, 9, 30)
        assert auditing.verify_chain(act)[0]
    assert "有几种读法" in cast.ask(cast.office, "更改 6 时限 2022年9月前 原因 抄录 依据 津整改办〔2022〕15号")


def test_units_are_put_right_and_the_past_keeps_its_own(cast: Cast) -> None:
    town = cast.town
    newcomer = town.join("北辰区")
    assert "已记" in cast.ask(cast.district, "进度 8 40% 已开工")
    as_of = town.clock()
    with town.house.looking() as act:
        then = digest.digest_json(act, digest.digest_at(act, as_of))
    town.travel("06-13 12:40")
    assert "责任单位：武清区 → 北辰区" in confirm(cast, "更改 8 责任 北辰区 原因 属地划转有误")
    asked = cast.told(newcomer, "台账更正")
    assert "已签收" in cast.press(newcomer, asked, "签收")
    assert "已记" in cast.ask(newcomer, "进度 8 10% 重新测量")
    assert "不是" in cast.ask(cast.district, "进度 8 50% 继续") or "没有" in cast.ask(cast.district, "进度 8 50%")
    with town.house.looking() as act:
        assert digest.digest_json(act, digest.digest_at(act, as_of)) == then, "a past bulletin reads as it did"
        old, new = load_task(act.session, 8, as_of=as_of), load_task(act.session, 8)
        assert (old.progress, new.progress) == (40, 10)
        assert [act.unit(unit) for unit in old.workers] == ["武清区"]
        assert [act.unit(unit) for unit in new.workers] == ["北辰区"]
    row = town.rows(Correction)[-1]
    assert (row.field, row.before, row.after, row.reason) == ("responsible", "武清区", "北辰区", "属地划转有误")


def test_a_helper_is_added_and_taken_away_again(cast: Cast) -> None:
    assert "配合单位：（空） → 市财政局、市住房城乡建设委" in confirm(
        cast, "更改 7 配合 市财政局、市住房城乡建设委 原因 漏列"
    )
    assert "→ （空）" in confirm(cast, "/amend 7 cooperating none reason listed in error")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("更改 7", "写法"),
        ("更改 7 颜色 红 原因 好看", "写法"),
        ("更改 7 简称 原因 笔误", "缺改后的内容"),
        ("更改 77 简称 新 原因 笔误", "没有第 77 项"),
        ("更改 5 措施 新 原因 笔误", "措施"),
        ("更改 5.9 措施 新 原因 笔误", "5.9"),
        ("更改 7 责任 有关单位 原因 漏列", "须写明"),
        ("更改 6 责任 无 原因 漏列", "不能没有"),
        ("更改 6 责任 市生态环境局 原因 漏列", "不能自己承办"),
        ("更改 7 问题 积存未清 原因 笔误", "原本如此"),
    ],
)
def test_what_cannot_be_done_is_said(cast: Cast, text: str, answer: str) -> None:
    rows = len(cast.town.rows(Correction))
    said = cast.ask(cast.office, text)
    assert answer in said, said
    assert len(cast.town.rows(Correction)) == rows


def test_nobody_else_may_and_a_second_hand_is_noticed(cast: Cast) -> None:
    for person in (cast.water, cast.water_head, cast.verifier, cast.leader):
        assert "不能这样做" in cast.ask(person, "更改 7 问题 新问题 原因 笔误")
    second = cast.town.join("市整改办", "office", "李某")
    mine = cast.town.ask(cast.office, "更改 7 目标 全部清零 原因 笔误")
    theirs = cast.town.ask(second, "更改 7 目标 积存清零 原因 笔误")
    assert "已更改" in cast.press(second, theirs, "确认更改")
    assert "已被他人改动" in cast.press(cast.office, mine, "确认更改")
    with cast.town.house.looking() as act:
        assert load_task(act.session, 7).objective == "积存清零"


def test_a_struck_off_cycle_stays_as_it_is(cast: Cast) -> None:
    with cast.town.house.acting(cast.town.clock()) as act:
        from bot.domain.decision import Change, Decision
        from bot.domain.ledger import Move, Task

        task = load_task(act.session, 5)
        moved = Move(task_id=task.id, cycle=1, state=State.STRUCK_OFF, at=act.now)
        act.carry(Decision([Change(Task, task.id, {"state": State.STRUCK_OFF}, task.version)], [moved]))
    assert "销号" in cast.ask(cast.office, "更改 5 简称 新 原因 笔误")
