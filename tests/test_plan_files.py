"""A plan's file in every kind gives the same draft; what is no plan is refused with one clear line."""

import io
import json
import random
import subprocess
import sys
import time
import zipfile
from datetime import date

import messy_plan as messy
import openpyxl
import pytest
from docx import Document
from plan_drafts import (
    CALENDAR,
    HEADER,
    REGISTRY,
    ROOT,
    WHOLE,
    draft,
    drafted,
    dues,
    placeless,
    reasons,
    refusal_of,
    refused_here,
)

from bot.documents.plan_files import Limits, read_plan_file
from bot.documents.plan_files.reading import read
from bot.domain.drafting import draft_plan
from bot.domain.refusal import Refusal
from bot.words import catalogue

# The messy plan, whole


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (messy.as_docx(), "plan.docx"),
        (messy.as_csv("gb18030"), "plan.csv"),
        (messy.as_csv("utf-8-sig"), "plan.csv"),
        (messy.as_csv("utf-8"), "plan.csv"),
        (messy.as_text("utf-8"), "plan.txt"),
        (messy.as_text("gb18030"), "plan.txt"),
    ],
)
def test_every_kind_of_file_gives_the_same_draft(data: bytes, name: str) -> None:
    assert placeless(draft(data, name, issued=None)) == placeless(draft(messy.as_xlsx(), issued=None))


def test_the_messy_plan_reads_right() -> None:
    found = draft(messy.as_xlsx(), issued=None)
    assert [(plan.title, plan.kind) for plan in found.plans] == [(messy.TITLE, "main"), (messy.SPECIAL, "special")]
    assert found.issued == date(2021, 5, 20)
    assert [(task.plan, task.source_number, task.category) for task in found.tasks] == [
        (0, "1", "水环境方面"),
        (0, "2", "水环境方面"),
        (0, "3", "大气环境方面"),
        (1, "1", ""),
        (1, "1", ""),
    ]
    assert [len(task.measures) for task in found.tasks] == [3, 3, 1, 1, 1]
    assert dues(found, 0) == ["2021-12-31", "2022-06-30", None]
    assert dues(found, 1) == ["2021-12-31", "2022-06-30", "2022-06-30"]
    assert dues(found, 3) == ["2022-10-31"]
    river = found.tasks[0]
    assert (river.problem, river.title) == (messy.RIVER, "独流减河清淤不到位")
    assert river.measures[1].text == "完成清淤（市农业农村委牵头，2022年6月底前）。"
    assert [measure.units.lead for measure in river.measures] == [("市水务局",), ("市农业农村委",), ("市水务局",)]
    assert river.units.cooperating == ("市财政局", "市发展改革委")
    sewer = found.tasks[1]
    assert sewer.units.lead == ("市水务局",)
    assert len(sewer.units.responsible) == 16
    assert (sewer.units.cooperating, sewer.remark) == (("市财政局", "市发展改革委"), "分年实施")
    assert [(q.task, q.where, q.kind, q.phrase, q.choices) for q in found.questions] == [
        (2, "总表!F10", "unit", "某某指挥部", ()),
        (2, "总表!I10", "deadline", "2024年8月前", ("2024-07-31", "2024-08-31")),
        (2, "总表!J10", "progress", "已完成", ("100%",)),
        (4, "专项!5", "unit", "", ()),
        (4, "专项!5", "deadline", "", ()),
        (4, "专项!A5", "number", "1", ()),
    ]


# What must be refused


def zip_of(parts: dict[str, bytes], source: bytes = b"") -> bytes:
    """The zip `source` with these parts put in or replaced."""
    old = {}
    if source:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            old = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**old, **parts}.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def ole(*streams: str) -> bytes:
    """The head and directory of a compound file with these streams, as much as is needed to tell what it is."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return head + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))


PLAIN = messy.workbook([HEADER, WHOLE])
BROKEN_SHEET = zip_of({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}, PLAIN)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "plan.xlsx", "plan_empty"),
        (b"\xef\xbb\xbf \n", "plan.csv", "plan_empty"),
        (messy.workbook([[]]), "plan.xlsx", "plan_empty"),
        (b"PK\x03\x04 nonsense", "plan.xlsx", "plan_corrupt"),
        (PLAIN[: len(PLAIN) // 2], "plan.xlsx", "plan_corrupt"),
        (BROKEN_SHEET, "plan.xlsx", "plan_corrupt"),
        (zip_of({"word/document.xml": b"<w:document"}), "plan.docx", "plan_corrupt"),
        (b"\x07\x08\x00\x01" * 50, "plan.xlsx", "plan_corrupt"),
        (ole("EncryptionInfo", "EncryptedPackage"), "plan.xlsx", "plan_encrypted"),
        (messy.as_xls([HEADER, WHOLE], password=True), "plan.xls", "plan_encrypted"),
        (ole("WordDocument"), "plan.doc", "plan_old_word"),
        (ole("PowerPoint Document"), "plan.doc", "plan_old_word"),
        (b"\x07\x08\x00\x01" * 50, "plan.doc", "plan_old_word"),
        (ole("Workbook"), "plan.xls", "plan_corrupt"),
        (ole("PowerPoint Document"), "plan.xls", "plan_corrupt"),
        (b"%PDF-1.7", "plan.pdf", "plan_wrong_kind"),
        (b"{\\rtf1", "plan.doc", "plan_wrong_kind"),
        ("<html><table><tr><td>序号".encode(), "plan.xls", "plan_wrong_kind"),
        (zip_of({"a.txt": b"a"}), "plan.zip", "plan_wrong_kind"),
        (zip_of({"content.xml": b"a"}), "plan.ods", "plan_wrong_kind"),
        (bytes(range(1, 32)) * 100, "plan.csv", "plan_encoding"),
        (messy.workbook([["姓名", "电话"], ["张三", 1]]), "plan.xlsx", "plan_no_header"),
        ("今天开会。\n散会。".encode(), "plan.txt", "plan_no_header"),
        (messy.workbook([HEADER]), "plan.xlsx", "plan_no_tasks"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(data: bytes, name: str, reason: str) -> None:
    assert refusal_of(data, name).reason == reason


def test_no_header_is_refused_with_the_first_cell() -> None:
    refusal = refused_here(messy.workbook([[], ["", "会议通知"]]))
    assert (refusal.reason, refusal.facts["where"], refusal.facts["text"]) == (
        "plan_no_header",
        "Sheet1!B2",
        "会议通知",
    )


@pytest.mark.parametrize("name", ["plan.csv", "plan.txt", "plan.xls", "plan"])
def test_the_content_counts_and_not_the_name(name: str) -> None:
    assert len(draft(PLAIN, name).tasks) == 1


def test_a_text_under_a_workbooks_name_is_read() -> None:
    assert len(draft(messy.as_csv("utf-8"), "plan.xlsx").tasks) == 5


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    data = zip_of({"xl/media/a.bin": b"\0" * (64 * 1024 * 1024)}, PLAIN)
    assert len(data) < 200_000
    refusal = refusal_of(data)
    assert (refusal.reason, refusal.facts["member"]) == ("plan_bomb", "xl/media/a.bin")
    assert refusal_of(PLAIN, limits=Limits(members=3)).reason == "plan_bomb"
    assert refusal_of(PLAIN, limits=Limits(unpacked_bytes=1000)).reason == "plan_bomb"


def test_an_oversized_file_is_refused() -> None:
    assert refusal_of(PLAIN, limits=Limits(file_bytes=100)).reason == "plan_too_large"
    assert refusal_of(messy.workbook([HEADER, *[WHOLE] * 20]), limits=Limits(rows=10)).reason == "plan_too_many_rows"
    assert refusal_of(messy.as_csv(), "plan.csv", Limits(rows=5)).reason == "plan_too_many_rows"
    assert refusal_of(messy.as_docx(), "plan.docx", Limits(rows=5)).reason == "plan_too_many_rows"
    assert refusal_of(messy.as_text(), "plan.txt", Limits(rows=5)).reason == "plan_too_many_rows"


def test_a_text_beyond_measure_is_refused_with_its_place() -> None:
    refusal = refused_here(f"问题1：{'淤' * 40_000}。\n整改措施：清淤".encode(), "plan.txt")
    assert (refusal.reason, refusal.facts["where"], refusal.facts["chars"]) == ("plan_text_too_long", "第1行", 40_001)


def test_a_cell_at_the_far_end_of_a_sheet_is_refused_and_not_filled_up_to() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["XFD1048576"] = "x"
    refusal = refusal_of(messy.saved(book))
    assert refusal.reason in ("plan_too_many_rows", "plan_too_heavy")


def test_a_file_that_takes_too_long_or_too_much_is_stopped() -> None:
    assert refusal_of(PLAIN, limits=Limits(wall_seconds=0.01)).reason == "plan_too_heavy"
    big = messy.workbook([HEADER, *[[*WHOLE[:3], "清理" * 400, *WHOLE[4:]]] * 4000])
    assert refusal_of(big, limits=Limits(memory_bytes=48 * 1024 * 1024)).reason == "plan_too_heavy"


def test_entities_are_not_expanded() -> None:
    with zipfile.ZipFile(io.BytesIO(messy.as_docx())) as archive:
        body = archive.read("word/document.xml").decode()
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE w [<!ENTITY a0 "lol">{levels}]>'
    body = body.replace("<w:document", f"{laughs}<w:document", 1).replace("扬尘达标", "&a9;", 1)
    refusal = refusal_of(zip_of({"word/document.xml": body.encode()}, messy.as_docx()), "plan.docx")
    assert refusal.reason in ("plan_corrupt", "plan_too_heavy")


def test_an_error_value_is_refused_with_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["E2"] = "#REF!"
    book.active["E2"].data_type = "e"
    refusal = refused_here(messy.saved(book))
    assert (refusal.reason, refusal.facts) == ("plan_cell_error", {"where": "Sheet1!E2", "value": "#REF!"})


def test_a_formula_that_was_never_calculated_is_refused_with_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["F2"] = '=TEXT(TODAY(),"yyyy")'
    refusal = refused_here(messy.saved(book))
    assert (refusal.reason, refusal.facts["where"]) == ("plan_cell_formula", "Sheet1!F2")


def test_faults_outside_the_plans_columns_do_not_matter() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["K9"] = "=SUM(A1:A2)"
    assert len(draft(messy.saved(book)).tasks) == 1


@pytest.mark.parametrize("source", [messy.as_xlsx(), messy.as_docx(), messy.as_xls([HEADER, WHOLE])])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(source: bytes) -> None:
    for seed in range(12):
        damage = random.Random(seed)
        data = bytearray(source)
        for _ in range(3):
            data[damage.randrange(len(data))] ^= 1 << damage.randrange(8)
        assert outcome(bytes(data)) in {"read", *reasons()}


def outcome(data: bytes) -> str:
    try:
        return "read" if read_plan_file(data, "plan.xlsx") else "nothing"
    except Refusal as refusal:
        return refusal.reason


# Secrecy


@pytest.mark.parametrize("mark", ["机密★10年", "秘 密", "内部资料　注意保存", "某市整改方案（工作秘密）", "涉密"])
def test_a_marked_plan_is_refused_with_the_cell(mark: str) -> None:
    refusal = refused_here(messy.workbook([["某市整改方案"], ["", "", "", mark], HEADER, WHOLE]))
    assert (refusal.reason, refusal.facts["where"]) == ("plan_secret", "Sheet1!D2")
    assert refused_here(f"{mark}\n".encode() + messy.as_text(), "plan.txt").facts["where"] == "第1行"


@pytest.mark.parametrize("line", ["本表不得填写涉密内容", "请勿发送涉密、内部资料。", "保护商业秘密"])
def test_a_line_that_forbids_secrets_is_no_mark(line: str) -> None:
    assert len(draft(messy.workbook([["某市整改方案"], [line], HEADER, WHOLE, [f"注：{line}"]])).tasks) == 1


def test_a_finding_may_speak_of_secrets() -> None:
    assert len(drafted([WHOLE[0], "涉密单位环境管理缺失，内部资料混乱。", *WHOLE[2:]]).tasks) == 1


def test_marks_in_margins_and_drawings_count() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active.oddFooter.center.text = "内部资料"
    assert refused_here(messy.saved(book)).facts["where"] == "Sheet1"
    document = Document(io.BytesIO(messy.as_docx()))
    document.sections[0].header.paragraphs[0].text = "秘密★1年"
    assert refused_here(messy.saved(document), "plan.docx").facts["where"] == "页眉"


def test_a_column_of_grades_is_checked() -> None:
    header = [*HEADER, "密级"]
    assert len(drafted([*WHOLE, "公开"], header=header).tasks) == 1
    refusal = refused_here(messy.workbook([header, [*WHOLE, "秘密"]]))
    assert (refusal.reason, refusal.facts["where"]) == ("plan_secret", "Sheet1!G2")


# The subprocess, the words, the pace


def test_the_process_apart_reads_the_same_and_reports_progress() -> None:
    seen: list[tuple[int, int]] = []
    data = messy.workbook([HEADER, *[[number, *WHOLE[1:]] for number in range(1, 1001)]])
    sheets = read_plan_file(data, "plan.xlsx", lambda done, of: seen.append((done, of)))
    assert sheets == read(data, "plan.xlsx", Limits(), lambda done, of: None)
    assert seen[-1] == (1001, 1001)
    assert seen == sorted(seen)
    assert len(seen) > 2


def test_the_reader_imports_neither_the_ledger_nor_telegram() -> None:
    code = "import bot.documents.plan_files.child, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"sqlmodel", "sqlalchemy", "pydantic", "telegram", "openpyxl", "docx", "python_calamine"}


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_refusal_and_question_has_its_words(locale: str) -> None:
    words = catalogue(locale)
    names = ["name", "where", "found", "instead", "megabytes", "limit", "member", "members", "rows", "text", "value"]
    facts = dict.fromkeys([*names, "mark", "chars"], "x")
    assert len(reasons()) > 15
    for reason in reasons():
        assert "\n" not in words.say(f"refusal.{reason}", facts)
    notes = [
        "cell_trailing_zero",
        "cell_first_of_month",
        "cell_serial",
        "deadline",
        "number_missing",
        "number_repeated",
        "unit_unknown",
        "unit_open",
        "unit_missing",
        "progress_claimed",
    ]
    for note in notes:
        assert words.say(f"question.{note}", {"phrase": "x", "where": "y"})


def test_five_thousand_rows(capsys: pytest.CaptureFixture[str]) -> None:
    measures = "（1）排查；（2）完成治理（市农业农村委牵头，2022年6月底前）；（3）巩固"
    units = "市水务局牵头，各区人民政府落实"
    rows = [[n, f"第{n}号断面水质超标，整改缓慢。", "达标", measures, units, "2022年底前"] for n in range(1, 5001)]
    data = messy.workbook([HEADER, *rows])
    started = time.perf_counter()
    sheets = read_plan_file(data, "plan.xlsx")
    read_after = time.perf_counter() - started
    found = draft_plan(sheets, REGISTRY, CALENDAR, issued=messy.ISSUED)
    took = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n5,000 rows of xlsx: read {read_after:.2f} s, drafted {took - read_after:.2f} s")
    assert (len(found.tasks), sum(len(task.measures) for task in found.tasks)) == (5000, 15000)
