"""What a rule answers with: values that say what shall be true, carried out in one transaction by the store."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import SQLModel

from bot.domain.post import Notice


@dataclass(frozen=True, slots=True)
class Change:
    """Exactly these fields of the row that was read; `changed_meanwhile` if it is no longer of that version.

    `version` is None for records that have none; `only_if` names fields that must still hold these values.
    """

    table: type[SQLModel]
    id: int
    fields: dict[str, Any]
    version: int | None = None
    only_if: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removal:
    """A row that says how things stand and no longer does (a unit's part); what was is on record elsewhere.

    `changed_meanwhile` if it is gone already.
    """

    table: type[SQLModel]
    id: int


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry for the audit trail: what kind of thing was done to which task, with the facts before and after."""

    kind: str
    task_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Decision:
    changes: list[Change] = field(default_factory=list)
    additions: list[SQLModel] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    events: list[Deed] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)

    def __add__(self, other: "Decision") -> "Decision":
        return Decision(
            self.changes + other.changes,
            self.additions + other.additions,
            self.notices + other.notices,
            self.events + other.events,
            self.removals + other.removals,
        )
