"""`duban import --yes` of a workbook of 5,000 rows, all in all, against only reading it with calamine."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from bench.figures import Figure, at_most, in_turn, median, seconds
from bench.ledgers import migrated, unit_names
from bench.processes import finished

ROWS = 5_000
HEADERS = (
    "序号",
    "类别",
    "简称",
    "反馈问题",
    "整改目标",
    "整改措施",
    "牵头单位",
    "责任单位",
    "验收单位",
    "整改时限",
    "备注",
)
DEADLINES = ("2021年12月31日前", "2022年6月底前", "2021年底前完成40%，2022年底前全部完成", "长期坚持", "立行立改")


def run(short: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name:
        folder = Path(name)
        file = folder / "plan.xlsx"
        _write(file)
        _read(file)
        numbers, processor = count(), []
        ours, peer = in_turn(
            1 if short else 3, lambda: _import(file, folder, next(numbers), processor), lambda: _read(file)
        )
    what = f"import of {ROWS:,} rows of xlsx, from the command line to the ledger"
    beside = f"reading alone with calamine {median(peer):.2f} s; of processor time {median(processor):.1f} s"
    yield at_most(what, median(ours), 5.0, "s", beside)


def _import(file: Path, folder: Path, number: int, processor: list[float]) -> float:
    url = migrated(folder / f"{number}.db")
    before = _spent()
    took = seconds(
        lambda: finished("bot", "import", str(file), "--yes", "--json", DUBAN_DATABASE_URL=url, DUBAN_DATA=str(folder))
    )
    processor.append(_spent() - before)
    return took


def _spent() -> float:
    """Processor seconds of all processes we waited for, and of those they waited for."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _read(file: Path) -> float:
    return seconds(lambda: CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())


def _write(file: Path) -> None:
    """A plan as offices write them; every row a task of its own."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("整改清单")
    sheet.append(["整改方案（测量）"])
    sheet.append(["印发日期：2021年5月20日"])
    sheet.append(HEADERS)
    units = unit_names(40)
    for n in range(1, ROWS + 1):
        lead, doing, verifying = units[n % 40], f"{units[n * 7 % 40]}、{units[n * 11 % 40]}", units[n * 3 % 40]
        problem = f"第{n}处入河排口底数不清、台账不全，日常监管不到位，部分排口存在混接错接，问题未得到有效解决。"
        measure = f"{n}号排口排查建档，完成溯源整治并规范设置标识，纳入日常巡查。"
        row = [n, "水环境", f"{n}号排口整治", problem, "全部建档，规范管理。", measure, lead, doing, verifying]
        sheet.append([*row, DEADLINES[n % len(DEADLINES)], ""])
    book.save(file)
