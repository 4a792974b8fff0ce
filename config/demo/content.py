"""The demonstration plan as data: `plan.toml` brought to rows of official wording, the same for xlsx and docx."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

# Columns that hold one value per task and are merged over its measures' rows.
PER_MEASURE = ("整改措施", "责任单位", "整改时限")


@dataclass(frozen=True)
class Measure:
    """`units` and `deadline` are empty where the task's own hold."""

    name: str
    text: str
    units: str = ""
    deadline: str = ""

    @property
    def wording(self) -> str:
        return f"{self.name}。{self.text}"


@dataclass(frozen=True)
class Task:
    number: int
    category: str
    short: str
    problem: str
    objective: str
    lead: str
    person: str
    measures: tuple[Measure, ...]
    responsible: str = ""
    cooperating: str = ""
    supervising: str = ""
    verifying: str = ""
    deadline: str = ""
    remark: str = ""

    def cells(self) -> dict[str, str]:
        """The task's own columns under their official headers."""
        return {
            "序号": str(self.number),
            "类别": self.category,
            "简称": self.short,
            "反馈问题": self.problem,
            "整改目标": self.objective,
            "牵头单位": self.lead,
            "责任单位": self.responsible,
            "配合单位": self.cooperating,
            "督导单位": self.supervising,
            "验收单位": self.verifying,
            "整改时限": self.deadline,
            "责任人": self.person,
            "备注": self.remark,
        }


@dataclass(frozen=True)
class Plan:
    """`layout`: rows | cell | brackets; `paper`: table | paragraphs (both explained in plan.toml)."""

    title: str
    sheet: str
    layout: str
    paper: str
    footnote: str
    tasks: tuple[Task, ...]
    intro: str = ""

    def numbered(self, task: Task) -> list[str]:
        """The measures as they stand in one cell: "（1）…；（2）…。"; brackets carry unit and deadline."""
        last = len(task.measures)
        return [
            f"（{n}）{self._inside(measure)}{'。' if n == last else '；'}"
            for n, measure in enumerate(task.measures, start=1)
        ]

    def _inside(self, measure: Measure) -> str:
        wording = measure.wording.rstrip("。；")
        return f"{wording}（{measure.units}，{measure.deadline}）" if self.layout == "brackets" else wording

    def blocks(self, headers: list[str]) -> Iterator[list[list[str]]]:
        """Per task its rows of cells; a cell equal to the one above it in a block is written once and merged."""
        for task in self.tasks:
            own = task.cells()
            if self.layout == "rows":
                rows = [self._row(own, measure) for measure in task.measures]
            else:
                rows = [own | {"整改措施": "\n".join(self.numbered(task))}]
            yield [[row[header] for header in headers] for row in rows]

    @staticmethod
    def _row(own: dict[str, str], measure: Measure) -> dict[str, str]:
        units, deadline = measure.units or own["责任单位"], measure.deadline or own["整改时限"]
        return own | {"整改措施": measure.wording, "责任单位": units, "整改时限": deadline}


@dataclass(frozen=True)
class Content:
    file: str
    organ: str
    symbol: str
    issued: date
    headers: list[str]
    plans: tuple[Plan, ...] = field(default=())

    @property
    def issue_line(self) -> str:
        return f"{self.organ}　{self.symbol}　印发日期：{said(self.issued)}"

    @property
    def tasks(self) -> list[Task]:
        return [task for plan in self.plans for task in plan.tasks]


def said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def read(path: Path) -> Content:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    heads: dict[str, str] = tables.pop("heads")
    plans = tuple(_plan(each, heads) for each in tables.pop("plans"))
    return Content(**tables, plans=plans)


def _plan(table: dict[str, Any], heads: dict[str, str]) -> Plan:
    tasks = tuple(
        Task(**{**each, "measures": tuple(Measure(**m) for m in each["measures"])}, person=heads[each["lead"]])
        for each in table["tasks"]
    )
    return Plan(**{**table, "tasks": tasks})
