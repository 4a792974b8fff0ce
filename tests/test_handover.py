"""Handing over: to another unit, to a deputy, to the next liaison; receipts, corrections and the trail of it all."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select
from town import PLAN, Bureau, Town, a_plan_of, a_town

from bot.domain.handing import choose_deputy, could_stand_in
from bot.domain.ledger import Report
from bot.domain.people import Member, Role
from bot.domain.policy import Policy
from bot.domain.post import Notice
from bot.domain.process import Correction, Extension, HandOver
from bot.domain.refusal import Refusal
from bot.sandbox.client import Person
from bot.sandbox.said import Said
from bot.store.ledger import load_task
from bot.usecases import import_plan, plan_draft
from bot.usecases.auditing import verify_chain
from bot.usecases.correction import correct, correct_from_file
from bot.usecases.digest import bulletin_facts, digest_at


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(24)) as town:
        yield town


@pytest.fixture(scope="module")
def plain_town() -> Iterator[Town]:
    with a_town() as town:
        yield town


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.join("市整改办", "office", "王某")


@pytest.fixture
def desk(town: Town) -> tuple[Bureau, Person]:
    return town.bureau()


@pytest.fixture
def other(town: Town) -> tuple[Bureau, Person]:
    """Another unit with its liaison."""
    return town.bureau()


def say(person: Person, text: str, part: str) -> Said:
    """Says it and gives the answer that holds `part`; what else the bot has to say meanwhile is passed over."""
    person.skip()
    person.send(text)
    return person.expect(part)


def tasks_of(town: Town, unit: str) -> int:
    with town.house.looking() as act:
        return digest_at(act, town.clock(), f"unit:{unit}").totals["tasks"]


# To another unit.


def test_the_office_passes_a_task_on_and_both_units_are_told(
    town: Town, office: Person, desk: tuple[Bureau, Person], other: tuple[Bureau, Person]
) -> None:
    (old, liaison), (new, taker) = desk, other
    say(liaison, f"进度 {old.one} 60% 清淤过半", "已记")
    liaison.skip()
    taker.skip()
    answer = say(office, f"转办 {old.one} {new.unit} 职责调整", "已转办")
    assert f"{old.unit} → {new.unit}：职责调整" in answer.text
    assert "不再向贵单位催办" in liaison.expect("已转办").text
    told = taker.expect("转办")
    assert "进度 60%" in told.text
    assert told.labels == ["签收", "任务卡"]
    say(liaison, f"任务 {old.one}", "没有第")
    assert "60%" in say(taker, f"任务 {old.one}", "进度").text
    assert "已签收" in town.press(taker, told, "签收").text
    history = say(taker, f"历史 {old.one}", "历史").text
    assert f"转办 {old.unit} → {new.unit}　王某：职责调整" in history
    assert history.count("60%，清淤过半") == 1
    say(taker, f"进度 {old.one} 70% 清淤完成", "60% → 70%")


def test_a_past_bulletin_still_counts_it_for_the_unit_that_had_it(
    town: Town, office: Person, desk: tuple[Bureau, Person], other: tuple[Bureau, Person]
) -> None:
    (old, liaison), (new, _) = desk, other
    say(liaison, f"进度 {old.one} 60% 清淤过半", "已记")
    with town.house.looking() as act:
        as_of = town.clock()
        before = [bulletin_facts(act, digest_at(act, as_of, f"unit:{unit}")) for unit in (old.unit, new.unit)]
    say(office, f"转办 {old.one} {new.unit} 职责调整", "已转办")
    with town.house.looking() as act:
        after = [bulletin_facts(act, digest_at(act, as_of, f"unit:{unit}")) for unit in (old.unit, new.unit)]
    assert before == after
    assert (tasks_of(town, old.unit), tasks_of(town, new.unit)) == (5, 7)


def test_an_open_request_of_the_former_unit_lapses(
    town: Town, office: Person, desk: tuple[Bureau, Person], other: tuple[Bureau, Person]
) -> None:
    (old, liaison), (new, taker) = desk, other
    say(liaison, f"延期 {old.one} 2022-06-30 招标流标", "已申请延期")
    say(office, f"转办 {old.one} {new.unit} 职责调整", "已转办")
    assert town.rows(Extension)[-1].state == "lapsed"
    say(office, f"同意 {old.one} 津整改办〔2022〕15号", "没有等您决定的事")
    say(taker, f"延期 {old.one} 2022-06-30 另行招标", "已申请延期")


def test_who_may_pass_on_to_whom(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    verifier = town.join("市生态环境局", "verifier")
    before = len(town.rows(HandOver))
    say(liaison, f"转办 {bureau.one} 市财政局 职责调整", "不能这样做")
    say(verifier, f"转办 {bureau.one} 市财政局 职责调整", "不能这样做")
    say(office, f"转办 {bureau.one} 市生态环境局 职责调整", "验收或督导单位")
    say(office, f"转办 {bureau.one} {bureau.unit} 职责调整", "已在承办")
    say(office, f"转办 {bureau.one} 市财政局", "要写明单位和原因")
    say(office, f"转办 {bureau.one} 某某局 职责调整", "没有“某某局”这个单位")
    say(office, "转办 999 市财政局 职责调整", "没有第 999 项")
    assert len(town.rows(HandOver)) == before


def test_of_several_units_the_giver_is_named() -> None:
    with a_town() as town:
        office = town.join("市整改办", "office", "王某")
        say(office, "转办 12 静海区 职责调整", "共担，请写明由谁转出")
        say(office, "转办 12 静海区 北辰区 职责调整", "不承办")
        say(office, "转办 12 北辰区 静海区 职责调整", "北辰区 → 静海区")
        with town.house.looking() as act:
            task = load_task(act.session, 12)
            assert [act.unit(unit) for unit in task.measures[1].workers] == ["静海区"]
            assert [act.unit(unit) for unit in task.measures[2].workers] == ["武清区"]
            assert "北辰区" not in {act.unit(unit) for unit in task.workers}
            verify_chain(act)


# A deputy while somebody is away.


def test_the_deputy_hears_what_the_absent_one_would_until_it_ends_by_itself() -> None:
    with a_town() as town:
        liaison = town.join("市水务局", "liaison", "李某")
        deputy = town.join("市水务局", "head", "孙某")
        assert "由 孙某 代办" in say(liaison, "外出 6月15日 孙某", "外出").text
        assert "市水务局 李某 到 2022年6月15日 为止外出" in deputy.expect("请代办").text
        liaison.skip()
        town.travel("06-14 09:30")
        assert "代 李某" in deputy.expect("6月14日").text
        liaison.expect_nothing(0.1)
        town.travel("06-16 09:30")
        assert "6月16日" in liaison.expect("6月16日").text


def test_away_ends_when_the_person_says_so_and_both_are_told() -> None:
    with a_town() as town:
        liaison = town.join("市水务局", "liaison", "李某")
        say(liaison, "外出 6月20日", "没有可以代办的同事")
        deputy = town.join("市水务局", "liaison", "孙某")
        town.join("市财政局", "liaison", "外人")
        question = say(liaison, "外出 6月20日", "由谁代办")
        assert question.labels == ["孙某", "取消"]
        town.press(liaison, question, "孙某")
        deputy.expect("请代办")
        say(deputy, "外出 6月20日 李某", "那时也外出")
        say(liaison, "外出", "由 孙某 代办")
        say(liaison, "外出 结束", "已恢复")
        assert "李某 已回" in deputy.expect("李某 已回").text
        say(liaison, "外出 结束", "没有登记外出")
        say(liaison, "外出 2022-06-01 孙某", "已经过去")
        say(liaison, "外出 6月20日 外人", "可代办的：孙某")
        say(liaison, "外出 等通知", "要写到哪天为止")


def test_the_deputy_of_an_absent_head_agrees_for_the_unit_but_not_to_an_own_request() -> None:
    with a_town() as town:
        town.join("市整改办", "office", "王某")
        liaison, second = town.join("市水务局", "liaison", "李某"), town.join("市水务局", "liaison", "周某")
        head = town.join("市水务局", "head", "孙某")
        say(head, "外出 6月20日 李某", "外出")
        say(liaison, "延期 7 2022-06-30 招标流标", "先由本单位负责人同意")
        say(liaison, "同意 7", "没有等您决定的事")
        say(second, "延期 31.1 2022-06-30 招标流标", "先由本单位负责人同意")
        assert "送整改办决定" in town.press(liaison, liaison.expect("请同意延期"), "同意").text
        say(second, "同意 7", "没有等您决定的事")


def a_member(id_: int, unit: int, role: Role, name: str = "") -> Member:
    return Member(id=id_, user_id=id_, name=name or f"人{id_}", unit_id=unit, role=role)


def test_a_deputy_is_of_the_same_unit_and_kind() -> None:
    liaison = a_member(1, 5, Role.LIAISON)
    assert could_stand_in(liaison, a_member(2, 5, Role.HEAD))
    assert not could_stand_in(liaison, a_member(2, 6, Role.LIAISON))
    assert not could_stand_in(liaison, a_member(2, 5, Role.VIEWER))
    assert not could_stand_in(liaison, liaison)


def test_a_name_that_fits_two_colleagues_is_asked() -> None:
    liaison = a_member(1, 5, Role.LIAISON)
    colleagues = [a_member(2, 5, Role.LIAISON, "李一"), a_member(3, 5, Role.LIAISON, "李二")]
    assert choose_deputy(liaison, "李二", colleagues).id == 3
    with pytest.raises(Refusal, match="no_such_colleague"):
        choose_deputy(liaison, "李", colleagues)


# A liaison who leaves, and the one who comes.


def test_what_was_waiting_goes_to_who_remains_or_comes_next() -> None:
    with a_town() as town:
        office = town.join("市整改办", "office", "王某")
        first = town.join("市水务局", "liaison", "李某")
        second = town.join("市水务局", "liaison", "周某")
        town.travel("06-13 23:00")
        _waits(town, "李某", "周某")
        dismiss(town, office, "李某")
        assert "市水务局 李某 已离任" in second.expect("交接").text
        assert _waiting(town) == {"周某"}
        dismiss(town, office, "周某")
        third = town.join("市水务局", "liaison", "吴某")
        town.settle()
        assert "周某 已离任" in next(said.text for said in third.messages() if "交接" in said.text)
        assert _waiting(town) == {"吴某"}
        first.expect_nothing(0.05)
        with town.house.looking() as act:
            verify_chain(act)


def dismiss(town: Town, office: Person, name: str) -> None:
    sure = town.press(office, say(office, "成员", "成员"), f"移出 {name}")
    town.press(office, sure, f"确认移出 {name}")


def _waits(town: Town, *names: str) -> None:
    """Something waits to be said to each of them tomorrow."""
    with town.house.acting(town.clock()) as act:
        task = load_task(act.session, 7)
        for member in act.session.exec(select(Member).where(Member.name.in_(names))):  # type: ignore[attr-defined]
            fold_at = act.office.at(act.office.today(act.now), member.daily_at).replace(day=14)
            act.session.add(
                Notice(
                    key=f"test:{member.name}",
                    member_id=member.id or 0,
                    kind="handed_over",
                    task_id=task.id,
                    created_at=act.now,
                    fold_at=fold_at,
                )
            )


def _waiting(town: Town) -> set[str]:
    with town.house.looking() as act:
        rows = select(Member.name).join(Notice, Notice.member_id == Member.id)  # type: ignore[arg-type]
        rows = rows.where(Notice.key.startswith("test:"), Notice.withdrawn_at == None)  # type: ignore[attr-defined]  # noqa: E711
        return set(act.session.exec(rows))


# Receipts.


def test_an_unsigned_hand_over_climbs_to_the_head_once_and_shows_to_the_office() -> None:
    with a_town() as town:
        office = town.join("市整改办", "office", "王某")
        liaison = town.join("武清区", "liaison", "李某")
        head = town.join("武清区", "head", "孙某")
        assert Policy().receipt_days == 1
        assert "武清区" not in say(office, "谁没报", "未报送").text.partition("待签收")[2]
        town.travel("06-14 23:00")
        assert not [row for row in town.rows(Notice) if row.kind == "unsigned"]
        office.skip()
        town.travel("06-15 09:30")
        assert "待签收 2" in head.expect("6月15日").text
        assert "武清区 2 项：12、23" in office.expect("待签收（逾期）").text
        assert "武清区 2 项：12、23" in say(office, "谁没报", "待签收").text
        assert "北辰区 1 项：12（还没有人加入）" in say(office, "谁没报", "待签收").text
        say(liaison, "签收 全部", "已签收")
        assert "武清区" not in say(office, "谁没报", "待签收").text.partition("待签收")[2]
        notices = [row for row in town.rows(Notice) if row.kind == "unsigned"]
        assert len({row.key for row in notices}) == len(notices)


def test_a_liaison_sees_only_the_own_units_receipts() -> None:
    with a_town() as town:
        town.join("武清区", "liaison", "李某")
        liaison = town.join("北辰区", "liaison", "周某")
        town.travel("06-15 09:30")
        late = say(liaison, "谁没报", "待签收").text.partition("待签收")[2]
        assert "北辰区" in late
        assert "武清区" not in late


# Corrections by the office.


def test_a_correction_keeps_what_stood_before_and_is_told_listed_and_published() -> None:
    with a_town() as town:
        office, liaison = town.join("市整改办", "office", "王某"), town.join("市水务局", "liaison", "李某")
        liaison.skip()
        with town.house.acting(town.clock()) as act:
            made = correct(act, 7, None, "problem", "独流减河河道淤积严重", "与督察报告核对")
        assert (made["before"], made["after"]) == ("独流减河淤积", "独流减河河道淤积严重")
        town.travel("06-13 12:05")
        assert "独流减河淤积 → 独流减河河道淤积严重" in liaison.expect("台账更正").text
        history = say(liaison, "历史 7", "历史").text
        assert "更正 反馈问题：独流减河淤积 → 独流减河河道淤积严重（与督察报告核对）" in history
        assert "更正　07 反馈问题：与督察报告核对" in say(office, "周报", "整改周通报").text
        assert "更正" not in say(office, "周报 2022-06-10", "整改周通报").text


def test_a_published_date_is_corrected_only_with_its_document_and_reminders_follow() -> None:
    with a_town() as town:
        with town.house.acting(town.clock()) as act, pytest.raises(Refusal, match="basis_missing"):
            correct(act, 7, 1, "deadline", "2022年9月底前", "抄录有误")
        with town.house.acting(town.clock()) as act, pytest.raises(Refusal, match="day_unclear"):
            correct(act, 7, 1, "deadline", "2022年9月前", "抄录有误", "津整改办〔2022〕15号")
        with town.house.acting(town.clock()) as act:
            correct(act, 7, 1, "deadline", "2022年9月底前", "抄录有误", "津整改办〔2022〕15号")
        with town.house.looking() as act:
            task = load_task(act.session, 7)
            assert (task.due, task.original_due) == (task.measures[0].stages[0].due, task.original_due)
            assert str(task.due) == "2022-09-30"
            assert task.measures[0].phrase == "2022年9月底前"
            verify_chain(act)


@pytest.mark.parametrize(
    ("number", "ordinal", "field", "to", "reason", "refused"),
    [
        (7, None, "colour", "红", "看错", "bad_field"),
        (7, None, "problem", "", "看错", "correction_empty"),
        (7, None, "problem", "新", " ", "correction_unreasoned"),
        (7, None, "problem", "独流减河淤积", "看错", "same_wording"),
        (12, None, "text", "新", "看错", "measure_missing"),
        (12, 9, "text", "新", "看错", "no_such_measure"),
        (99, None, "problem", "新", "看错", "no_such_task"),
    ],
)
def test_a_correction_that_says_too_little_is_refused(
    plain_town: Town, number: int, ordinal: int | None, field: str, to: str, reason: str, refused: str
) -> None:
    with plain_town.house.acting() as act, pytest.raises(Refusal, match=refused):
        correct(act, number, ordinal, field, to, reason)


def test_importing_again_with_a_reason_corrects_the_wording_and_nothing_else() -> None:
    with a_town() as town:
        changed = PLAN.replace("恢复行洪,清淤,", "全面恢复行洪,清淤疏浚,").replace(
            "2022年12月31日前", "2023年12月31日前"
        )
        house = town.house
        draft = plan_draft.read_draft(house.office, house.registry, changed.encode(), "plan.csv", None, None)
        with house.acting(town.clock()) as act:
            facts = import_plan.import_file(act, draft, house.registry, confirmed=True)
            done = correct_from_file(act, draft, facts["changed_tasks"], "印发稿勘误")
        assert done == {
            "corrected": ["7 objective", "7.1 text"],
            "not_corrected": [{"number": 23, "what": "deadline"}],
        }
        assert {row.reason for row in town.rows(Correction)} == {"印发稿勘误"}
        with house.looking() as act:
            assert load_task(act.session, 7).objective == "全面恢复行洪"
            assert str(load_task(act.session, 23).due) == "2022-12-31"
            assert plan_draft.compare(act, draft).changed == [23]


def duban(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DUBAN_")}
    environment |= {"DUBAN_DATABASE_URL": f"sqlite:///{folder}/duban.db", "DUBAN_DATA": str(folder)}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parent.parent)


def test_the_command_line_corrects_and_answers_in_json(tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(PLAN, encoding="utf-8")
    assert duban(tmp_path, "import", str(plan), "--yes", "--json").returncode == 0
    plan.write_text(PLAN.replace("恢复行洪", "全面恢复行洪"), encoding="utf-8")
    again = duban(tmp_path, "import", str(plan), "--yes", "--correct", "勘误", "--json")
    assert json.loads(again.stdout)["corrected"] == ["7 objective"]
    done = duban(tmp_path, "correct", "12.2", "--field", "text", "--to", "排口分类整治", "--reason", "笔误", "--json")
    assert json.loads(done.stdout)["after"] == "排口分类整治"
    refused = duban(tmp_path, "correct", "7", "--field", "deadline", "--to", "2022年9月底前", "--reason", "笔误")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "文号" in refused.stderr
    assert duban(tmp_path, "correct", "seven", "--field", "text", "--to", "x", "--reason", "y").returncode == 2
    assert duban(tmp_path, "import", str(plan), "--correct", "勘误").returncode == 2


# The trail.


def test_history_and_audit_are_grouped_paged_and_a_file_when_asked() -> None:
    with a_town() as town:
        office, liaison = town.join("市整改办", "office", "王某"), town.join("市水务局", "liaison", "李某")
        for percent in range(1, 13):
            say(liaison, f"进度 7 {percent}% 第{percent}段", "已记")
        town.travel("06-14 12:00")
        say(liaison, "进度 7 20% 换设备", "已记")
        history = say(liaison, "历史 7", "历史")
        assert history.text.index("2022年6月14日") < history.text.index("2022年6月13日")
        assert history.text.count("2022年6月13日") == 1
        assert "第 1/2 页" in history.text
        liaison.skip()
        liaison.press(history, "全部（文件）")
        town.settle()
        assert any((said.media or {}).get("name", "").endswith(".txt") for said in liaison.messages())
        audit = say(office, "审计 7", "审计记录")
        assert "报进展　李某" in audit.text
        assert "进度：12 → 20" in audit.text
        assert "来源" in audit.text
        older = town.press(office, audit, "更早")
        assert "第 2/" in older.text
        office.skip()
        office.press(older, "全部（文件）")
        town.settle()
        sent = [said for said in office.messages() if said.media][-1]
        assert "导入" in town.sandbox.file(sent.media or {}).decode("utf-8-sig")


def test_nothing_carried_over_counts_as_a_report(
    town: Town, office: Person, desk: tuple[Bureau, Person], other: tuple[Bureau, Person]
) -> None:
    (old, liaison), (new, _) = desk, other
    say(liaison, f"进度 {old.one} 60% 清淤过半", "已记")
    say(office, f"转办 {old.one} {new.unit} 职责调整", "已转办")
    carried = [row for row in town.rows(Report) if row.source.startswith("handed:")]
    assert carried
    assert all(not row.stated and row.on_behalf for row in carried)
