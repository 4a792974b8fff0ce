"""What a deadline phrase says, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["date", "staged", "immediate", "ongoing", "recurring", "ask"]
# Keys under [deadline_note]: first what must be asked, then what is good to know about a reading.
Note = Literal[
    "",
    "missing", "no_time", "unread", "too_long", "vague", "status", "slogan", "impossible", "year_odd", "year_unclear",
    "before_or_end", "part_of_period", "approximate", "after", "backwards", "start_only", "span_range", "event",
    "season", "holiday_unknown", "extended", "alternatives", "conflict", "rhythm_or_date", "measure_unknown",
    "measure_unnamed",
    "past", "relative", "holiday", "season_local", "workdays_unknown", "rhythm", "soft", "immediate", "upkeep",
    "year_assumed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one phrase.

    `kind`: *date* one day; *staged* several (`stages` ascend, `due` is the last); *immediate* the office sets the day;
    *ongoing* upkeep, never late by date; *recurring* a reporting rhythm; *ask* a person must say what is meant.
    `quantities` and `labels` run parallel to `stages`: percent of the work due by then, cumulative, None where
    unstated; and what is due, in the plan's own words.
    `choices`: for *ask*, the days it may mean, ascending; empty when no day can be proposed.
    `note`: a key under [deadline_note] of the words, empty when there is nothing to add; always set for *ask*.
    `fragment`: the words the note is about, as they stand after normalisation.
    """

    kind: Kind
    due: date | None = None
    stages: tuple[date, ...] = ()
    quantities: tuple[int | None, ...] = ()
    labels: tuple[str, ...] = ()
    ongoing: bool = False
    soft: bool = False
    choices: tuple[date, ...] = ()
    note: Note = ""
    fragment: str = ""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the words of `note` may speak of: `fragment`, `due` and `choices`, days as ISO text."""
        answer = self.as_dict()
        return {"fragment": self.fragment, "due": answer["due"], "choices": answer["choices"]}

    def as_dict(self) -> dict[str, Any]:
        """The answer of `duban read-deadline` (design.md §2): days as ISO text, tuples as lists."""
        return {
            "kind": self.kind,
            "due": self.due.isoformat() if self.due else None,
            "stages": [day.isoformat() for day in self.stages],
            "quantities": list(self.quantities),
            "labels": list(self.labels),
            "ongoing": self.ongoing,
            "soft": self.soft,
            "choices": [day.isoformat() for day in self.choices],
            "note": self.note,
        }


class Unclear(Exception):
    """Part of a phrase that a person must decide: the key of the note, the words it is about, the days it may mean."""

    def __init__(self, note: Note, fragment: str = "", choices: tuple[date, ...] = ()) -> None:
        super().__init__(note)
        self.note = note
        self.fragment = fragment
        self.choices = tuple(sorted(set(choices)))
