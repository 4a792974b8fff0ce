"""考核: each point has its event, the deductions are shared by the tasks due, and nobody sees it in a group."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import Town, a_town

from bot.domain.ledger import State
from bot.domain.policy import ScorePolicy
from bot.domain.reporting import move
from bot.domain.scoring import FOUND, GIVEN, Point, ranked, score
from bot.store.ledger import load_task

POLICY = ScorePolicy()
points = st.lists(
    st.builds(Point, st.just(1), st.sampled_from((*FOUND, *GIVEN)), st.just(date(2022, 6, 1))), max_size=9
)


@given(points, st.integers(0, 60))
def test_forty_tasks_are_no_punishment_and_few_are_not_compared(found: list[Point], due: int) -> None:
    made = score(1, due, found, POLICY)
    assert (made.value is None) == (due < POLICY.fewest_due)
    twice = score(1, 2 * due, [*found, *(point for point in found if point.what in FOUND)], POLICY)
    if made.value is not None and twice.value is not None:
        assert twice.value == pytest.approx(made.value, abs=0.11)
    assert made.veto == any(point.what == "falsified" for point in found)


@pytest.mark.parametrize("what", [*FOUND, *GIVEN])
def test_every_number_of_the_policy_counts(what: str) -> None:
    def value(policy: ScorePolicy) -> float:
        return score(1, 4, [Point(1, what, date(2022, 6, 1))], policy).value or 0

    moved = value(ScorePolicy(**{what: 40})) - value(ScorePolicy(**{what: 0}))
    assert moved == {"late": -10, "missed": -10, "returned": -10, "falsified": -40}.get(what, 40)


def test_ties_share_a_place_and_who_is_not_compared_has_none() -> None:
    rows = [score(n, due, [], POLICY) for n, due in enumerate((3, 2, 5))]
    assert [(place, each.unit_id) for place, each in ranked(rows)] == [(1, 0), (1, 2), (None, 1)]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town() as found:
        yield found


def test_each_point_has_its_event_and_the_office_alone_adds(town: Town) -> None:
    office, head, leader = town.office(), town.join("市城市管理委", "head"), town.join("市领导小组", "leader")
    with town.house.acting(town.clock()) as act:
        task = load_task(act.session, 18)
        act.carry(move(task, State.RETURNED, None, act.now, "照片不清"))
    said = town.ask(head, "考核 市城市管理委")
    assert "不排名" in said.text
    assert "超期　18　未完成" in said.text
    assert "退回　18　照片不清" in said.text
    assert "表扬" not in said.text
    given = town.ask(office, "考核 市城市管理委 表扬 18 现场会推广其做法")
    assert "表扬　18　现场会推广其做法" in given.text
    entry = given.text.partition("编号 ")[2].partition("）")[0]
    assert "缺原因" in town.ask(office, "考核 市城市管理委 表扬 18").text
    assert "读不懂" in town.ask(office, "考核 市城市管理委 嘉奖 18 好").text
    assert "一票否决" in town.ask(office, "考核 市城市管理委 弄虚作假 拍旧照片").text
    assert "一票否决" in town.ask(leader, "/score").text
    assert "现场会" not in town.ask(office, f"考核 市城市管理委 撤销 {entry} 记错").text
    assert "没有这个编号" in town.ask(office, f"考核 市城市管理委 撤销 {entry} 记错").text
    assert "不能" in town.ask(head, "考核 市城市管理委 表扬 18 自评").text


def test_a_head_sees_the_own_unit_and_a_group_nothing(town: Town) -> None:
    office, head = town.office(), town.join("武清区", "head")
    said = town.ask(head, "考核").text
    assert "武清区" in said
    assert "市水务局" not in said
    assert "只能看本单位的" in town.ask(head, "考核 市水务局").text
    group = town.group("群", office, unit="")
    assert "私聊" in town.ask(office, "/score", chat=group).text
