"""Evidence by chat: a picture, an album, a file; under a caption, by reply or by button; kept under its hash."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from town import Bureau, Town, a_plan_of, a_town

from bot.domain.ledger import Evidence, Report
from bot.sandbox.client import Person
from bot.sandbox.images import plain_png
from bot.store.ledger import load_task

MB = 1024 * 1024


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(20)) as town:
        yield town


@pytest.fixture
def desk(town: Town) -> tuple[Bureau, Person]:
    return town.bureau()


_grey = 0


def a_picture() -> bytes:
    """A picture nobody has sent before."""
    global _grey
    _grey += 1
    return plain_png(40 + _grey, 30, _grey % 250)


def of(town: Town, number: int) -> list[Evidence]:
    """The task's evidence that still stands, in the order it came."""
    with town.house.looking() as act:
        task = load_task(act.session, number).id
    return [row for row in town.rows(Evidence) if row.task_id == task and row.withdrawn_at is None]


def fetched(town: Town, number: int) -> list[Evidence]:
    """The same when the archive has fetched what it can by now."""
    town.settle()
    town.call(town.node.archive.idle())
    return of(town, number)


def kept(town: Town, row: Evidence) -> bytes:
    """What lies in the archive under the row's hash."""
    assert row.sha256
    return (town.settings.data / "evidence" / row.sha256[:2] / row.sha256).read_bytes()


def test_a_picture_under_a_caption_is_evidence_with_its_hash_sender_and_moment(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    sent = a_picture()
    liaison.photo(sent, caption=f"佐证 {bureau.one}")
    assert f"已收　{bureau.one} 河道清淤　佐证 1 件，共 1 件" in liaison.expect().text
    (row,) = fetched(town, bureau.one)
    assert (row.state, row.kind, row.seen_on_task) == ("fetched", "photo", None)
    assert row.sha256 == hashlib.sha256(kept(town, row)).hexdigest()
    assert kept(town, row) == sent
    assert row.size == len(sent)
    assert abs(row.at - town.clock()) < timedelta(minutes=1)
    with town.house.looking() as act:
        assert act.unit(row.unit_id) == bureau.unit


def test_an_album_is_one_bundle_of_the_task_its_caption_names(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    pictures = [(f"{n}.png", a_picture()) for n in range(3)]
    liaison.album(pictures, caption=f"佐证 {bureau.one}")
    assert "佐证一组" in liaison.expect("已收").text
    rows = fetched(town, bureau.one)
    assert {hashlib.sha256(data).hexdigest() for _, data in pictures} == {row.sha256 for row in rows}
    assert len({row.album for row in rows}) == 1
    assert rows[0].album != ""
    liaison.expect_nothing(0.15)  # one answer, however many pictures


def test_an_album_without_a_caption_is_asked_about_once_and_kept_whole(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.album([(f"{n}.png", a_picture()) for n in range(3)])
    asked = liaison.expect("这个文件是哪一项的佐证？")
    town.settle()
    liaison.expect_nothing(0.15)
    assert f"{bureau.far}" in asked.labels
    assert "佐证 3 件" in town.press(liaison, asked, f"{bureau.far}").text
    assert len(of(town, bureau.far)) == 3


def test_a_file_keeps_its_name(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.document("验收单".encode(), name="验收单 第3号.pdf", caption=f"/evidence {bureau.one}")
    liaison.expect("已收")
    (row,) = fetched(town, bureau.one)
    assert (row.kind, row.file_name) == ("document", "验收单 第3号.pdf")
    assert kept(town, row).decode() == "验收单"
    listed = town.ask(liaison, f"佐证 {bureau.one}").text
    assert "验收单 第3号.pdf" in listed
    assert (row.sha256 or "")[:8] in listed


@pytest.mark.parametrize("caption", ["进度 {n} 60% 清淤完成", "/update {n} 60% 清淤完成", "{n} 60% 清淤完成"])
def test_a_picture_with_a_reports_caption_is_its_evidence(
    town: Town, desk: tuple[Bureau, Person], caption: str
) -> None:
    bureau, liaison = desk
    liaison.photo(a_picture(), caption=caption.format(n=bureau.one))
    said = liaison.expect("已记")
    assert "60%" in said.text
    assert "附佐证 1 件" in said.text
    (row,) = of(town, bureau.one)
    assert row.report_id == town.rows(Report)[-1].id


def test_taking_a_report_back_takes_its_pictures_back(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.photo(a_picture(), caption=f"佐证 {bureau.one}")
    liaison.expect("已收")
    liaison.photo(a_picture(), caption=f"进度 {bureau.one} 70% 清淤")
    liaison.expect("已记")
    assert len(of(town, bureau.one)) == 2
    assert "已撤回" in town.ask(liaison, "撤回").text
    assert len(of(town, bureau.one)) == 1


def test_a_picture_in_reply_to_a_card_is_its_evidence(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.later}")
    liaison.photo(a_picture(), reply_to=card)
    assert "已收" in liaison.expect().text
    assert len(of(town, bureau.later)) == 1


def test_a_difficulty_with_a_picture_keeps_both(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.photo(a_picture(), caption=f"第{bureau.one}项困难：管线迁改未批")
    liaison.expect("已收")
    assert "管线迁改未批" in liaison.expect("困难").text
    assert len(of(town, bureau.one)) == 1


def test_what_does_not_come_is_tried_again_and_comes(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.sandbox.fault("500", "getFile")
    liaison.document(b"late but whole", name="a.pdf", caption=f"佐证 {bureau.one}")
    liaison.expect("已收")
    (row,) = fetched(town, bureau.one)
    assert (row.state, row.attempts) == ("pending", 1)
    assert "接收中" in town.ask(liaison, f"佐证 {bureau.one}").text
    town.clock.set(town.clock() + timedelta(seconds=6))
    (row,) = fetched(town, bureau.one)
    assert row.state == "fetched"
    assert kept(town, row) == b"late but whole"


def test_a_file_seen_before_on_another_task_is_flagged(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.document(b"the very same", name="a.pdf", caption=f"佐证 {bureau.one}")
    liaison.expect("已收")
    fetched(town, bureau.one)
    # The same bytes uploaded anew: only their hash shows it.
    liaison.document(b"the very same", name="b.pdf", caption=f"佐证 {bureau.far}")
    liaison.expect("已收")
    (first,), (second,) = of(town, bureau.one), fetched(town, bureau.far)
    assert first.seen_on_task is None
    assert second.seen_on_task == first.task_id
    assert "与其他任务的文件相同" in town.ask(liaison, f"佐证 {bureau.far}").text
    assert "与其他任务的文件相同" not in town.ask(liaison, f"佐证 {bureau.one}").text


def test_the_same_file_twice_on_one_task_is_no_reuse(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    for name in ("a.pdf", "b.pdf"):
        liaison.document(b"own and again", name=name, caption=f"佐证 {bureau.one}")
        liaison.expect("已收")
    assert [row.seen_on_task for row in fetched(town, bureau.one)] == [None, None]


def test_a_file_telegram_would_not_hand_out_is_refused_at_once(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.document(bytes(21 * MB), name="监测数据.zip", caption=f"佐证 {bureau.one}")
    said = liaison.expect()
    assert "未收：监测数据.zip 有 21.0 MB，超过 20 MB" in said.text
    assert of(town, bureau.one) == []


def test_evidence_for_a_task_of_others_or_a_measure_that_is_not_there_is_refused(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    other, _ = town.bureau()
    for caption, answer in (
        (f"佐证 {other.one}", f"没有第 {other.one} 项"),
        (f"佐证 {bureau.one}.7", "只有 1 条措施"),
    ):
        liaison.photo(a_picture(), caption=caption)
        assert answer in liaison.expect().text
    assert of(town, other.one) == []
    assert of(town, bureau.one) == []


def test_who_helps_and_who_verifies_may_add_evidence_and_a_leader_may_not(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, _ = desk
    helper, verifier = town.join("市财政局"), town.join("市生态环境局", "verifier")
    leader = town.join("市领导小组", "leader")
    for person, answer in ((helper, "已收"), (verifier, "已收"), (leader, "不能这样做")):
        person.photo(a_picture(), caption=f"佐证 {bureau.far}")
        assert answer in person.expect().text
    assert len(of(town, bureau.far)) == 2
