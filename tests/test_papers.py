"""通报稿 and 台账: what stands on paper is what the chat and the command line say of the same moment."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import load_workbook
from PIL import Image
from python_calamine import CalamineWorkbook
from town import NOON, Town, a_plan_of, a_town

from bot.__main__ import main
from bot.documents.board import Sheet, draws_words, shown
from bot.documents.ledger_xlsx import COLUMNS, HEAD, write_ledger
from bot.documents.paper_docx import flat, write_paper
from bot.domain.ledger import Measure
from bot.sandbox.client import Person
from bot.usecases.digest import digest_at, digest_json


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(4)) as running:
        yield running


@pytest.fixture(scope="module")
def leader(town: Town) -> Person:
    return town.join("市政府", "leader")


def words_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [" | ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The workbook's rows by column, a merged cell's value in its first row."""
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return [dict(zip((name for name, _, _ in COLUMNS), row, strict=True)) for row in rows[HEAD:]]


def test_the_paper_says_the_bulletins_numbers(town: Town, leader: Person) -> None:
    with town.house.looking() as act:
        figures = digest_json(act, digest_at(act, town.clock()))
    bulletin = town.ask(leader, "周报")
    paper = words_of(town.sandbox.file(town.press(leader, bulletin, "Word").media or {}))
    totals, on_time = figures["totals"], figures["rates"]["on_time"]
    assert f"任务 {totals['tasks']} 项：完成 {totals['finished']}" in paper
    assert f"（{on_time['n']}/{on_time['of']}）" in paper
    for line in figures["units"]:
        assert f" | {line['unit']} | {line['tasks']} | {line['finished']} | " in paper
    for task in figures["overdue"]:
        assert f"{task['number']:02d} | {task['title']}" in paper


def test_the_picture_is_drawn_with_every_word_in_its_own_font(town: Town, leader: Person) -> None:
    bulletin = town.ask(leader, "周报")
    drawn = town.press(leader, bulletin, "一图")
    assert drawn.text.startswith("整改进度一图")
    with Image.open(BytesIO(town.sandbox.file(drawn.media or {}))) as picture:
        assert picture.width == 1080
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 20
    assert draws_words()


def test_what_the_pictures_font_lacks_is_a_box_and_never_nothing() -> None:
    sheet = Sheet.of("河😀清")
    assert "河□清" in sheet.svg()
    assert shown("督办·2022—23…km²繁體") == "督办·2022—23…km²繁體"


def test_the_ledger_has_a_row_for_each_measure(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    town.ask(liaison, f"进度 {bureau.one} 40% 二标段进场")
    file = town.sandbox.file(town.press(leader, town.ask(leader, "周报"), "Excel").media or {})
    rows = rows_of(file)
    assert len(rows) == len(town.rows(Measure))
    mine = next(row for row in rows if row["measure_number"] == f"{bureau.one}.1")
    assert mine["number"] == bureau.one
    assert mine["last_text"] == "二标段进场"
    assert mine["progress"] == pytest.approx(0.4)
    assert mine["due"].isoformat() == "2022-06-17"
    assert mine["lead"] == bureau.unit


def test_a_unit_gets_its_own_on_paper_and_nothing_by_anothers_button(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    other, _ = town.bureau()
    own = town.ask(liaison, "台账")
    rows = rows_of(town.sandbox.file(own.media or {}))
    assert {row["number"] for row in rows if row["number"]} == set(range(bureau.first, bureau.first + 6))
    assert "只能看本单位" in town.ask(liaison, f"通报稿 {other.unit}").text
    whole = town.ask(leader, "通报稿")
    assert whole.media
    group = town.group("整改办群", town.office(), leader, liaison, unit="")
    bulletin = town.ask(leader, "/digest", chat=group)
    for label in ("Word", "Excel"):
        assert "只能看本单位" in town.refused(liaison, bulletin, label)


def test_a_paper_of_a_past_day_is_of_that_day(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    before = town.ask(leader, "台账 昨天")
    town.ask(liaison, f"进度 {bureau.two}.1 35% 今天才报")
    rows = rows_of(town.sandbox.file(before.media or {}))
    assert not any("今天才报" in str(row["last_text"]) for row in rows)
    again = rows_of(town.sandbox.file(town.ask(leader, "台账 昨天").media or {}))
    assert again == rows


def test_the_papers_are_written_at_the_command_line(town: Town, tmp_path: Any) -> None:
    env = {"DUBAN_DATABASE_URL": town.settings.database_url, "DUBAN_DATA": str(town.settings.data)}
    moment = (NOON - timedelta(days=1)).isoformat()
    for words in (
        ["report", "a.docx", "--as-of", moment],
        ["digest", "--format", "docx", "--as-of", moment, "-o", "b.docx"],
        ["digest", "--format", "png", "--as-of", moment, "-o", "a.png"],
        ["export", "a.xlsx", "--as-of", moment],
        ["digest", "--format", "xlsx", "--as-of", moment, "-o", "b.xlsx"],
    ):
        words = [str(tmp_path / word) if word.startswith(("a.", "b.")) else word for word in words]
        done = CliRunner().invoke(main, words, env=env)
        assert (done.exit_code, done.output) == (0, "")
    assert words_of((tmp_path / "a.docx").read_bytes()) == words_of((tmp_path / "b.docx").read_bytes())
    assert rows_of((tmp_path / "a.xlsx").read_bytes()) == rows_of((tmp_path / "b.xlsx").read_bytes())
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    needs_a_file = CliRunner().invoke(main, ["digest", "--format", "docx"], env=env)
    assert (needs_a_file.exit_code, needs_a_file.stdout) == (2, "")


def test_what_people_wrote_is_no_formula() -> None:
    task = {"number": 1, "task": "=HYPERLINK(1)", "measures": [{"measure": "=1+1", "last_text": "\x01+2"}]}
    sheet = load_workbook(BytesIO(write_ledger("zh", [task], NOON.isoformat()))).active
    shown = {cell.value: cell.data_type for cell in sheet[HEAD + 1] if cell.value}
    assert shown == {1: "n", "=HYPERLINK(1)": "s", "=1+1": "s", "+2": "s"}


def test_what_people_wrote_never_parts_a_papers_lines_or_columns() -> None:
    assert flat({"a": ["x | y\nz", 1], "b": None}) == {"a": ["x / y z", 1], "b": None}
    document = Document(BytesIO(write_paper("# 标题\n^ 副题\n| 项 10 | 任务 20\n| 1 | 清淤\n~ 注")))
    assert [paragraph.text for paragraph in document.paragraphs] == ["标题", "副题", "注"]
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["1", "清淤"]
