"""One messy plan four times: a workbook, a Word document, a csv and a running text, with the traps of real ones."""

import csv
import io
import struct
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
from docx import Document

TITLE = "天津市贯彻落实第二轮中央生态环境保护督察反馈意见整改方案"
SPECIAL = "大气污染防治专项整治方案"
ISSUED = date(2021, 5, 20)

GROUPS = [
    "序号",
    "反馈\n问题",
    "整改目标",
    "整改措施\n（具体）",
    "责任分工",
    "",
    "",
    "",
    "整改 时限",
    "进展情况",
    "备 注",
]
LEAVES = ["", "", "", "", "牵头单位", "责任单位", "配合单位", "督导单位", "", "", ""]
WIDTH = len(GROUPS)

RIVER = "独流减河清淤不到位，水质长期不达标。"
SEWER = "雨污分流改造滞后，管网混接错接。"
DUST = "施工扬尘管控不严。"
COAL = "散煤复燃时有发生。"
TRUCK = "重型货车绕行未落实。"
NOTE = "注：本表所列时限均含当日。"

# A row of one text spans the table; None continues the cell above: merged in a workbook and in Word, blank in a csv.
Values = Sequence[Any]
MAIN: list[Values] = [
    ["一、水环境方面"],
    [
        *("1", RIVER, "2022年底前达到Ⅳ类", "（1）排查入河排口；（2）完成清淤（市农业农村委牵头，2022年6月底前）。"),
        *("市水务局", "静海区委、区政府", "市财政局、市发改委", "", "2021年底前", "序时推进", ""),
    ],
    [None, None, None, "（3）建立长效机制", None, None, None, None, "长期坚持", None, None],
    [
        *("2", SEWER, "消除混接", "1. 制定方案\n2. 实施改造\n3. 加强管护", "〃", "各区人民政府", "同上", ""),
        *("措施（1）2021年底前，措施（2）（3）2022年6月底前", "", "分年实施"),
    ],
    ["二、大气环境方面"],
    [
        *("3", DUST, "扬尘达标", "落实六个百分之百", "市住建委", "北辰区、某某指挥部", "", "市生态环境局"),
        *("2024年8月前", "已完成", ""),
    ],
    ["合计", "3项"],
    [NOTE],
]
DATED: list[Values] = [
    ["1", COAL, "", "开展散煤治理", "", "蓟州区政府", "", "", datetime(2022, 10, 31), "", ""],
    ["1", TRUCK, "", "", "", "", "", "", "", "", ""],
]

TEXT = f"""天津市贯彻落实第二轮中央生态环境保护督察
反馈意见整改方案
（2021年5月20日印发）
一、水环境方面
1. 问题：{RIVER}
整改目标：2022年底前达到Ⅳ类
整改措施：
（1）排查入河排口；
牵头单位：市水务局　责任单位：静海区委、区政府　配合单位：市财政局、市发改委
整改时限：2021年底前
（2）完成清淤（市农业农村委牵头，2022年6月底前）。
牵头单位：市水务局　责任单位：静海区委、区政府　配合单位：市财政局、市发改委
（3）建立长效机制
牵头单位：市水务局　责任单位：静海区委、区政府　配合单位：市财政局、市发改委
整改时限：长期坚持
进展情况：序时推进
2. 问题：{SEWER}整改目标：消除混接
整改措施：1. 制定方案
2. 实施改造
3. 加强管护
牵头单位：市水务局；责任单位：各区人民政府；配合单位：市财政局、市发改委
整改时限：措施（1）2021年底前，措施（2）（3）2022年6月底前
备注：分年实施
二、大气环境方面
3. 问题：{DUST}
整改目标：扬尘达标　整改措施：落实六个百分之百
牵头单位：市住建委　责任单位：北辰区、某某指挥部　督导单位：市生态环境局
整改时限：2024年8月前
进展情况：已完成
{NOTE}
附件2　{SPECIAL}
1. 问题：{COAL}
整改措施：开展散煤治理
责任单位：蓟州区政府
整改时限：2022年10月31日
1. 问题：{TRUCK}
"""


def as_xlsx() -> bytes:
    """Two sheets; the special plan's dates are real dates, its numbers real numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "总表"
    sheet.append([TITLE.replace("督察反馈", "督察\n反馈")])
    sheet.append(["市整改办", *[None] * 7, "2021年5月20日印发"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=WIDTH)
    _fill(sheet, MAIN)
    special = book.create_sheet("专项")
    special.append([SPECIAL])
    special.merge_cells(start_row=1, start_column=1, end_row=1, end_column=WIDTH)
    _fill(special, [[1.0, *row[1:]] for row in DATED])
    return saved(book)


def _fill(sheet: Any, rows: Iterable[Values]) -> None:
    top = sheet.max_row + 1
    sheet.append(GROUPS)
    sheet.append(LEAVES)
    sheet.merge_cells(start_row=top, start_column=5, end_row=top, end_column=8)
    for column in (1, 2, 3, 4, 9, 10, 11):
        sheet.merge_cells(start_row=top, start_column=column, end_row=top + 1, end_column=column)
    for values in rows:
        at = sheet.max_row + 1
        for column, value in enumerate(values, start=1):
            if value not in (None, ""):
                sheet.cell(at, column, value)
        if len(values) == 1:
            sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=WIDTH)
        for column, value in enumerate(values, start=1):
            if value is None:
                sheet.merge_cells(start_row=at - 1, start_column=column, end_row=at, end_column=column)


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(*sheets: Sequence[Values], names: Sequence[str] = ()) -> bytes:
    """A plain workbook of these rows; write to it further through openpyxl where merging is wanted."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, rows in enumerate(sheets):
        sheet = book.create_sheet(names[at] if names else f"Sheet{at + 1}")
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def as_docx() -> bytes:
    document = Document()
    document.add_paragraph(TITLE)
    document.add_paragraph("（2021年5月20日印发）")
    _table(document, MAIN)
    document.add_paragraph(f"附件2　{SPECIAL}")
    _table(document, DATED)
    return saved(document)


def _table(document: Any, rows: Sequence[Values]) -> None:
    table = document.add_table(rows=2 + len(rows), cols=WIDTH)
    for column in range(WIDTH):
        if 4 <= column <= 7:
            table.cell(1, column).text = LEAVES[column]
        else:
            table.cell(0, column).merge(table.cell(1, column)).text = GROUPS[column]
    table.cell(0, 4).merge(table.cell(0, 7)).text = GROUPS[4]
    for at, values in enumerate(rows, start=2):
        if len(values) == 1:
            table.cell(at, 0).merge(table.cell(at, WIDTH - 1)).text = values[0]
            continue
        for column, value in enumerate(values):
            if value is None:
                table.cell(at - 1, column).merge(table.cell(at, column))
            else:
                table.cell(at, column).text = _written(value)


def _written(value: Any) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, datetime) else str(value)


def as_csv(encoding: str = "gb18030") -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([TITLE])
    writer.writerow(["2021年5月20日印发"])
    writer.writerows([GROUPS, LEAVES])
    writer.writerows([["" if value is None else value for value in row] for row in MAIN])
    writer.writerow([SPECIAL])
    writer.writerows([GROUPS, LEAVES])
    writer.writerows([[_written(value) for value in row] for row in DATED])
    return buffer.getvalue().encode(encoding)


def as_text(encoding: str = "utf-8") -> bytes:
    return TEXT.encode(encoding)


def as_xls(rows: Sequence[Values], merged: Sequence[tuple[int, int, int, int]] = (), password: bool = False) -> bytes:
    """An old workbook of one sheet: the few BIFF8 records and the compound file around them that a reader needs."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, int | float | datetime):
                dated = isinstance(value, datetime)
                number = float((value - datetime(1899, 12, 30)).days) if isinstance(value, datetime) else float(value)
                sheet += _record(0x0203, struct.pack("<HHHd", row, column, int(dated), number))
            elif value:
                text = str(value)
                sheet += _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))
    if merged:
        regions = b"".join(struct.pack("<HHHH", *region) for region in merged)
        sheet += _record(0x00E5, struct.pack("<H", len(merged)) + regions)
    sheet += _record(0x000A, b"")
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if password:
        head += _record(0x002F, b"\1\0" + b"\0" * 52)
    head += _record(0x0042, struct.pack("<H", 1200))
    for number_format in (0, 14):  # the second style shows numbers as dates
        head += _record(0x00E0, struct.pack("<HHHH", 0, number_format, 0, 0) + b"\0" * 12)
    name = "清单".encode("utf-16-le")
    length = len(head) + 4 + 8 + len(name) + 4
    head += _record(0x0085, struct.pack("<IBBBB", length, 0, 0, 2, 1) + name)
    return _compound_file("Workbook", head + _record(0x000A, b"") + sheet)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound_file(name: str, stream: bytes) -> bytes:
    """Sector 0 is the allocation table, sector 1 the directory, the stream follows."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    root = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    return (
        head.ljust(512, b"\xff")
        + table
        + (root + _entry(name, 2, 0xFFFFFFFF, 2, len(stream))).ljust(512, b"\0")
        + stream
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )
