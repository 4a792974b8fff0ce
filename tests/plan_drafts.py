"""Short ways for tests to read a plan's file into a draft."""

import dataclasses
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import messy_plan as messy
import pytest

from bot.documents.plan_files import Limits, read_plan_file
from bot.documents.plan_files.reading import read
from bot.domain.drafting import Draft, draft_plan
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.workdays import Workdays

ROOT = Path(__file__).parent.parent
REGISTRY = Registry.from_mapping(tomllib.loads((ROOT / "config/units.toml").read_text(encoding="utf-8")))
CALENDAR = Workdays.of([])
HEADER = ["序号", "问题", "整改目标", "整改措施", "责任单位", "整改时限"]
WHOLE = ["1", "河道淤积。", "清淤", "清理河道", "市水务局", "2022年底前"]


def draft(data: bytes, name: str = "plan.xlsx", **known: Any) -> Draft:
    """Read in this process: the same reader as the child's, without its 0.1 s of start."""
    sheets = read(data, name, Limits(), lambda done, of: None)
    return draft_plan(sheets, REGISTRY, CALENDAR, **{"issued": messy.ISSUED, **known})


def drafted(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> Draft:
    return draft(messy.workbook([header, *rows]))


def listed(text: str, **known: Any) -> Draft:
    return draft(text.encode(), "plan.txt", **known)


def refusal_of(data: bytes, name: str = "plan.xlsx", limits: Limits | None = None) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read_plan_file(data, name, limits=limits)
    return refused.value


def refused_here(data: bytes, name: str = "plan.xlsx") -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(data, name, Limits(), lambda done, of: None)
    return refused.value


def placeless(value: Any) -> Any:
    """A draft as plain data, without where each value stood."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.name != "where"]
        return {name: placeless(getattr(value, name)) for name in fields}
    return [placeless(one) for one in value] if isinstance(value, tuple) else value


def dues(found: Draft, task: int = 0) -> list[str | None]:
    return [measure.reading.due.isoformat() if measure.reading.due else None for measure in found.tasks[task].measures]


def reasons() -> set[str]:
    """Every reason raised by reading and drafting."""
    sources = [*(ROOT / "bot/documents/plan_files").glob("*.py"), *(ROOT / "bot/domain/drafting").glob("*.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return set(re.findall(r'"(plan_[a-z_]+|no_issue_date)"', text))
