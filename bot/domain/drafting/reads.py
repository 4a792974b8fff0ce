"""The readings of one file's phrases, each made once: a plan repeats the same few hundred phrases."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bot.domain.deadlines import Reading, read_deadline, read_measure_deadlines
from bot.domain.drafting.answers import Answers, question_key
from bot.domain.plan_fields import ROLE_FIELDS, Field
from bot.domain.plan_rows import Cell
from bot.domain.registry import Registry
from bot.domain.unit_phrases import UnitsReading, read_units
from bot.domain.workdays import Workdays

ROLES = ("lead", "responsible", "cooperating", "supervising", "verifying")
NOBODY = UnitsReading()
_SPREADSHEET_EPOCH = date(1899, 12, 30)


@dataclass(slots=True)
class Reads:
    """Reads with one registry, one calendar and one base date (the day of issue)."""

    registry: Registry
    calendar: Workdays
    base: date
    answers: Answers = field(default_factory=dict)
    _deadlines: dict[str, Reading] = field(default_factory=dict)
    _shared: dict[tuple[str, int], list[Reading] | None] = field(default_factory=dict)
    _units: dict[tuple[str, str], UnitsReading] = field(default_factory=dict)
    _near: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def deadline(self, phrase: str) -> Reading:
        if phrase not in self._deadlines:
            self._deadlines[phrase] = read_deadline(phrase, self.base, self.calendar)
        return self._deadlines[phrase]

    def deadline_cell(self, cell: Cell) -> Reading:
        """A cell whose value the file itself leaves open is asked, with the days it may mean."""
        choices = _choices_in_doubt(cell)
        if not choices:
            return self.deadline(cell.text)
        days = tuple(day for choice in choices if (day := self.deadline(choice).due) is not None)
        return Reading(kind="ask", choices=tuple(sorted(days)), note="alternatives", fragment=cell.text)

    def deadlines_of_measures(self, phrase: str, count: int) -> list[Reading] | None:
        """One reading per measure when the phrase speaks of measures by number; None when it does not."""
        key = phrase, count
        if key not in self._shared:
            self._shared[key] = read_measure_deadlines(phrase, self.base, self.calendar, count)
        return self._shared[key]

    def units(self, phrase: str, column: Field = "units", where: str = "") -> UnitsReading:
        """A phrase, with what was said to its questions; in a column of one role a bare list has that role, but words
        of its own in the cell win."""
        found = self.asked(phrase, column)
        return self._answered(phrase, column, where, found) if self.answers and (found.ask or found.unknown) else found

    def asked(self, phrase: str, column: Field = "units") -> UnitsReading:
        """The phrase as it stands, whatever was said to its questions."""
        key = phrase, column
        if key not in self._units:
            found = read_units(phrase, self.registry)
            if column in ROLES and column != "responsible" and _is_bare(found):
                found = replace(found, responsible=(), **{column: found.responsible})
            self._units[key] = found
        return self._units[key]

    def answer(self, note: str, phrase: str, choices: Sequence[str] = (), where: str = "") -> str | None:
        return self.answers.get(question_key(note, phrase, choices, where)) if self.answers else None

    def _answered(self, phrase: str, column: Field, where: str, found: UnitsReading) -> UnitsReading:
        """The names a person gave stand where the asked words stood, in the role those have."""
        said = {word: self.answer("unit_unknown", word) for word in found.unknown}
        said |= {word: self.answer("unit_open", word, (), where) for word in found.ask}
        text = phrase
        for word, answer in said.items():
            if answer is None or answer == word:
                continue
            if answer and word in text:
                text = text.replace(word, answer)
            else:
                found = joined(_without(found, word), self.asked(answer, column) if answer else NOBODY)
        return self.asked(text, column) if text != phrase else found

    def block(self, cells: dict[Field, Cell]) -> UnitsReading:
        """All unit columns of a row together."""
        found = NOBODY
        for name in ROLE_FIELDS:
            if name in cells:
                found = joined(found, self.units(cells[name].text, name, cells[name].where))
        return found

    def part_of(self, word: str, phrase: str, column: Field = "units") -> str:
        """The role in which these words of the phrase stand, told by a name put in their place."""
        found = self.asked(phrase, column)
        own = next((role for role in ROLES if word in getattr(found, role)), "")
        if own or word not in phrase:
            return own or (column if column in ROLES else "responsible")
        named = {name for role in ROLES for name in getattr(found, role)}
        probe = next((name for name in (*self.candidates(word), *self.registry.by_name) if name not in named), "")
        tried = self.asked(phrase.replace(word, probe), column)
        return next((role for role in ROLES if probe in getattr(tried, role)), "responsible")

    def near(self, name: str) -> tuple[str, ...]:
        """Names of known units that look like this one."""
        if name not in self._near:
            self._near[name] = tuple(self.registry.near(name))
        return self._near[name]

    def candidates(self, words: str) -> tuple[str, ...]:
        """Who may be meant by words that name nobody: 各有关区 means some of the districts."""
        return self.registry.districts if "区" in words else self.near(words)


def _without(found: UnitsReading, word: str) -> UnitsReading:
    return UnitsReading(
        **{name: tuple(n for n in getattr(found, name) if n != word) for name in (*ROLES, "ask", "unknown")}
    )


def _is_bare(found: UnitsReading) -> bool:
    return bool(found.responsible) and not any(getattr(found, role) for role in ROLES if role != "responsible")


def _choices_in_doubt(cell: Cell) -> tuple[str, ...]:
    if cell.doubt == "trailing_zero":
        return cell.text, f"{cell.text}0"  # 2022.1 typed as 2022.10 loses its zero
    if cell.doubt == "first_of_month":
        return cell.text, cell.text.removesuffix("1日")  # shown perhaps as 2022年6月
    if cell.doubt == "serial" and len(cell.text) == 5:
        return ((_SPREADSHEET_EPOCH + timedelta(days=int(cell.text))).isoformat(),)
    return ()


def joined(one: UnitsReading, other: UnitsReading) -> UnitsReading:
    """Both readings, each name once per role, in order."""
    if other in (NOBODY, one):
        return one
    if one == NOBODY:
        return other
    names = {
        name: tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name)))) for name in (*ROLES, "ask", "unknown")
    }
    return UnitsReading(**names)


def effective(own: UnitsReading, whole: UnitsReading) -> UnitsReading:
    """Who answers for a measure that names its own units: they do; who leads, supervises and verifies the whole, still
    does so here (牵头汇总)."""
    if not (own.lead or own.responsible):
        own = replace(own, responsible=whole.responsible)
    return replace(
        own,
        lead=own.lead or whole.lead,
        supervising=own.supervising or whole.supervising,
        verifying=own.verifying or whole.verifying,
        unknown=tuple(dict.fromkeys((*own.unknown, *(name for name in whole.unknown if _holds(own, whole, name))))),
    )


def _holds(own: UnitsReading, whole: UnitsReading, name: str) -> bool:
    """An unknown name of the whole task concerns the measure only where it was taken over."""
    taken = [*([] if own.lead else whole.lead), *([] if own.lead or own.responsible else whole.responsible)]
    taken += [] if own.supervising else whole.supervising
    taken += [] if own.verifying else whole.verifying
    return name in taken
