"""Pages made from the ledger: one page on a unit, before and after, the monthly bill."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from docx import Document
from PIL import Image
from town import NOON, Town, a_plan_of, a_town

from bot.domain.burden import PAUSE, month_before, sittings
from bot.domain.post import Outbox
from bot.sandbox.client import Person
from bot.usecases.burden import bill


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(6)) as running:
        yield running


@pytest.fixture(scope="module")
def leader(town: Town) -> Person:
    return town.join("市政府", "leader")


def picture(colour: str, size: tuple[int, int], taken: str = "") -> bytes:
    """A JPEG with something on it, and the day a camera would have written."""
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    image.paste(colour, (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    made = BytesIO()
    image.save(made, "JPEG", exif=exif)
    return made.getvalue()


def archived(town: Town) -> None:
    town.settle()
    town.call(town.node.archive.idle())


# One page on a unit.


def test_one_page_holds_what_a_meeting_asks_for(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    town.ask(liaison, f"进度 {bureau.one} 40% 二标段月底完工")
    town.ask(liaison, f"困难 {bureau.late} 资金未到位")
    town.ask(leader, f"批示 {bureau.two} 本周内报时间表")
    page = town.ask(leader, f"一页纸 {bureau.unit}")
    assert page.text.startswith(f"会前一页纸　{bureau.unit}")
    assert "二标段月底完工" in page.text
    assert "未复批示 1" in page.text
    assert f"{bureau.two} 06-13 本周内报时间表（已 0 天）" in page.text
    assert f"{bureau.late} 06-13 资金未到位" in page.text
    assert f"{bureau.late} 05-31" in page.text
    paper = town.press(leader, page, "Word")
    read = Document(BytesIO(town.sandbox.file(paper.media or {})))
    text = "\n".join(p.text for p in read.paragraphs)
    assert f"{bureau.unit}整改情况一页纸" in text
    assert "本周内报时间表" in text
    assert any("二标段月底完工" in cell.text for row in read.tables[0].rows for cell in row.cells)


def test_a_unit_sees_its_own_page_without_naming_it(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    assert f"会前一页纸　{bureau.unit}" in town.ask(liaison, "会前一页纸").text
    assert "只能看本单位" in town.ask(liaison, "一页纸 市水务局").text
    assert "请写明单位" in town.ask(leader, "一页纸").text
    assert "名下没有任务" in town.ask(leader, "一页纸 市政府").text


# Before and after.


def test_two_pictures_stand_side_by_side_with_their_days(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    few = town.ask(liaison, f"前后对比 {bureau.one}")
    assert "只有 0 张存档图片" in few.text
    liaison.document(picture("green", (800, 600), "2022:05:20 10:00:00"), name="前.jpg", caption=f"佐证 {bureau.one}")
    liaison.photo(picture("blue", (600, 800)), caption=f"佐证 {bureau.one}")
    archived(town)
    card = town.ask(liaison, f"任务 {bureau.one}")
    said = town.press(liaison, card, "前后对比")
    assert "左：2022-05-20 拍摄" in said.text
    assert "右：2022-06-13 收到" in said.text
    assert "相隔 24 天" in said.text
    with Image.open(BytesIO(town.sandbox.file(said.media or {}))) as sheet:
        assert sheet.width > sheet.height
        left, right = sheet.getpixel((100, sheet.height // 2)), sheet.getpixel((sheet.width - 500, sheet.height // 2))
    assert left[1] > left[2] + 50  # green
    assert right[2] > right[1] + 50  # blue
    assert f"没有 {bureau.one}.2" in town.ask(leader, f"/compare {bureau.one}.2").text


def test_a_broken_picture_costs_a_sentence(town: Town) -> None:
    bureau, liaison = town.bureau()
    for n in range(2):
        liaison.document(b"\xff\xd8\xff" + bytes(2000 + n), name=f"{n}.jpg", caption=f"佐证 {bureau.two}")
    archived(town)
    assert "拼不成一张" in town.ask(liaison, f"/compare {bureau.two}").text


# The bill.


def test_only_neighbouring_actions_count_as_time() -> None:
    moments = [NOON, NOON + timedelta(seconds=30), NOON + timedelta(seconds=31) + PAUSE, NOON + timedelta(days=1)]
    assert sittings(reversed(moments)) == 30
    assert sittings([NOON]) == 0
    assert month_before(date(2022, 1, 31)) == (date(2021, 12, 1), date(2022, 1, 1))


def test_last_months_bill_comes_once_and_adds_up(town: Town, leader: Person) -> None:
    office = town.office()
    bureau, liaison = town.bureau()
    town.travel("06-14 10:00")
    town.ask(liaison, f"进度 {bureau.one} 60% 清淤")
    town.travel("07-01 09:00")
    said = office.expect("减负账单　2022年6月")
    sent, folded, gone = map(int, re.search(r"发 (\d+) 条，折叠 (\d+) 条，因已报取消 (\d+) 条", said.text).groups())  # type: ignore[union-attr]
    told = [r for r in town.rows(Outbox) if r.chat_id > 0 and r.lane and r.method == "send" and r.state == "sent"]
    june = [r for r in told if r.done_at and r.done_at < datetime(2022, 7, 1, tzinfo=NOON.tzinfo)]
    assert sent == len(june)
    assert folded > 0 <= gone
    town.travel("07-01 10:00")
    leader.skip()
    again = town.ask(leader, "减负账单 2022-06")
    assert again.text.splitlines()[1] == said.text.splitlines()[1]
    assert [r.kind for r in town.rows(Outbox)].count("burden") == 3
    assert bureau.unit in town.ask(liaison, "减负账单 2022年6月").text
    assert "月份读不懂" in town.ask(leader, "减负账单 2022-13").text
    with town.house.acting(town.clock()) as act:
        whole = bill(act, date(2022, 6, 1), date(2022, 7, 1))
        assert sum(row["sent"] for row in whole["rows"]) == whole["sent"]
        assert sum(row["seconds"] for row in whole["rows"]) == whole["seconds"]
