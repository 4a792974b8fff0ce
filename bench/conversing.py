"""A plan of 2,000 measures imported in chat: how long it takes, and what everybody else's answers cost meanwhile."""

import io
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from openpyxl import Workbook

from bench.figures import Figure, at_most, median, p99
from bench.ledgers import migrated, unit_names
from bench.processes import a_bot, a_sandbox
from bench.talking import Said, answer_times, people
from bot.sandbox.client import Person
from bot.sandbox.said import Said as Shown

CLERK, OTHERS, PER_SECOND = 900, range(901, 906), 10
TASKS, MEASURES = 500, 4
HEADERS = ("序号", "反馈问题", "整改措施", "牵头单位", "责任单位", "验收单位", "整改时限")
DEADLINES = ("2022年底前", "2021年底前完成40%，2022年底前全部完成", "长期坚持", "2024年8月前")


def run(short: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name, a_sandbox() as sandbox:
        folder = Path(name)
        url = migrated(folder / "ledger.db")
        office = ",".join(map(str, (CLERK, *OTHERS)))
        with a_bot(sandbox, url, folder, office=office):
            others = people(sandbox, OTHERS)
            clerk = people(sandbox, [CLERK])[CLERK]
            said: Iterator[Said] = cycle([(id_, "/whoami") for id_ in OTHERS])
            answer_times(others, islice(said, 5), PER_SECOND)
            idle = answer_times(others, islice(said, 20 if short else 100), PER_SECOND)
            for n in range(1 if short else 3):
                yield from _imported(clerk, others, said, median(idle), n)


def _imported(clerk: Person, others: dict[int, Person], said: Iterator[Said], idle: float, n: int) -> Iterator[Figure]:
    clerk.document(_plan(n), name=f"方案{n}.xlsx")
    with _asking(others, said) as reading:
        took, shown = _until(clerk, "读到")
    first = next(label for label in shown.labels if "留待确认" in label)
    clerk.press(shown, first)
    _, ready = _until(clerk, "待确认导入")
    with _asking(others, said) as writing:
        clerk.press(ready, ready.labels[0])
        wrote, _ = _until(clerk, "已导入")
    what = f"{TASKS * MEASURES:,} measures in chat"
    beside = f"others' answers meanwhile: median {median(reading.took) * 1000:.0f} ms, idle {idle * 1000:.0f} ms"
    yield at_most(f"{what}, from the file to what was understood", took, 5.0, "s", beside)
    beside = f"longest that anybody waited for an answer meanwhile; the writing took {wrote:.1f} s"
    yield at_most(f"{what}, written", p99(writing.took), 1.0, "s", beside)


class _asking:
    """Others ask for something easy, again and again, while the block runs."""

    def __init__(self, others: dict[int, Person], said: Iterator[Said]) -> None:
        self._others, self._said = others, said
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.took: list[float] = []

    def _ask(self) -> None:
        while not self._done.is_set() or not self.took:
            self.took += answer_times(self._others, islice(self._said, 2), PER_SECOND)

    def __enter__(self) -> "_asking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def _until(person: Person, words: str) -> tuple[float, Shown]:
    """Seconds until the bot says so, in a message or in the edit of one."""
    start = time.perf_counter()
    shown = person.expect(words, 60)
    return time.perf_counter() - start, shown


def _plan(n: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("清单")
    sheet.append([f"整改方案（测量{n}）"])
    sheet.append(["印发日期：2021年5月20日"])
    sheet.append(HEADERS)
    units = unit_names(40)
    for task in range(1, TASKS + 1):
        measures = "；".join(f"（{m}）{task}号河道第{m}标段清淤疏浚并建立管护机制" for m in range(1, MEASURES + 1))
        doing = f"{units[task * 7 % 40]}、{units[task * 11 % 40]}"
        problem = f"第{task}处河道淤积，水质长期不达标，日常监管不到位。"
        sheet.append([task, problem, measures, units[task % 40], doing, "市生态环境局", DEADLINES[task % 4]])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
