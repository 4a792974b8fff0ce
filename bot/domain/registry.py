"""The registry: which units exist, what else they are called, and which groups they form.

The names are data (config/units.toml) and belong to one city; the words around a name (市 before it, 区政府, 管委会 or
委员会 after it) are the same everywhere and are code.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from bot.domain.chat_text import simplified
from bot.domain.refusal import Refusal

KINDS = ("district", "department", "party", "zone", "enterprise")

# Party committee + government of one place = ONE unit (domain.md §2): what may stand after a district's or zone's name.
_PLACE_TAIL = re.compile(
    r"[区县]?(?:党工委|党委|党组|委员会|委|人民政府|政府|管理委员会|管委会|党政)"
    r"(?:(?:[、,/和及与]|以及)?"
    r"(?:[区县](?:委|党委|人民政府|政府|管委会)|党工委|党委|人民政府|政府|管理委员会|管委会))*"
)
_COMPANY_TAIL = re.compile(r"(?<=集团)(?:有限责任公司|有限公司|公司)?党委|(?<=集团|控股)(?:有限责任公司|有限公司|公司)")
_MEMBER_TAIL = re.compile(r"(?:机关)?(?:党委|党组)|机关")
_STEM_END = re.compile(r"(?:委员会|委|局|办公室|办|厅)$")
# A zone's name without its place: after a district it is that district's own (武清区开发区), not the city's.
_BARE_ZONE = re.compile(r"(?:经开区|高新区|保税区|综保区|生态城|开发区|经济技术开发区|高新技术产业开发区)$")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit under today's name; `aliases` are its old, full and short names as the data gives them."""

    name: str
    kind: str
    aliases: tuple[str, ...] = ()

    @property
    def is_place(self) -> bool:
        """A place is governed: 区委, 区政府, 管委会 after its name mean the place itself."""
        return self.kind in ("district", "zone")


@dataclass(frozen=True, slots=True)
class Written:
    """What a form in the lexicon stands for; `short` = without its 市: after a district, that district's own."""

    names: tuple[str, ...]
    is_group: bool = False
    short: bool = False


def normal_form(text: str) -> str:
    """NFKC, simplified, without spaces and quotation marks: the form in which names are compared."""
    return re.sub(r"[\s“”‘’\"'《》​﻿]", "", simplified(unicodedata.normalize("NFKC", text)))


@dataclass(frozen=True)
class Registry:
    """Units and groups of one city, in their official order. Build it with `Registry.from_mapping`."""

    city: str
    units: tuple[Unit, ...]
    groups: Mapping[str, tuple[str, ...]]
    group_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Registry":
        """Read the parsed config/units.toml. Refuses `bad_registry` (entry, problem) and names the bad entry."""
        unknown = [key for key in data if key not in (*KINDS, "city", "group")]
        if unknown:
            raise _bad(unknown[0], "unknown_key")
        units = tuple(_units(data))
        by_kind = {kind: tuple(unit.name for unit in units if unit.kind == kind) for kind in KINDS}
        groups: dict[str, tuple[str, ...]] = {}
        aliases: dict[str, tuple[str, ...]] = {}
        for name, entry in _table(data, "group").items():
            groups[name] = _members(name, entry, by_kind, {unit.name for unit in units})
            aliases[name] = _texts(name, entry.get("aliases", []))
        registry = cls(_city(data), units, groups, aliases)
        _ = registry.lexicon  # Two units of one name are refused here, not at the first phrase.
        return registry

    @cached_property
    def by_name(self) -> dict[str, Unit]:
        return {unit.name: unit for unit in self.units}

    @cached_property
    def lexicon(self) -> dict[str, Written]:
        """Every written form (normal form) of every unit and group → what it stands for."""
        forms: dict[str, Written] = {}
        for unit in self.units:
            given = [normal_form(name) for name in (unit.name, *unit.aliases)]
            for form in given:
                _enter(forms, form, Written((unit.name,), short=_is_short(unit, form, given)))
        for name, members in self.groups.items():
            for form in map(normal_form, (name, *self.group_aliases.get(name, ()))):
                _enter(forms, form, Written(members, is_group=True))
        derived: dict[str, set[Written]] = {}
        for form, written in forms.items():
            for other, short in () if written.is_group else self._derived(form, self.by_name[written.names[0]]):
                derived.setdefault(other, set()).add(Written(written.names, short=short or written.short))
        # A form that would fit two units stands for neither.
        for form, found in derived.items():
            if form not in forms and len({written.names for written in found}) == 1:
                forms[form] = min(found, key=lambda written: written.short)
        return forms

    def _derived(self, form: str, unit: Unit) -> Iterator[tuple[str, bool]]:
        """(another form, is it short): X市 before 市…, the name without 市, 委员会 for 委, 和平 for 和平区."""
        for body in (form, f"{form}员会") if form.endswith("委") and unit.kind == "department" else (form,):
            yield body, False
            if body.startswith("市"):
                yield self.city + body, False
            if unit.kind == "department" and re.match("市(?!政府|人民|府|场|容)", body):
                yield body[1:], True
                yield self.city + body[1:], False
        if unit.kind == "district":
            yield f"{self.city}市{form}", False
            if form.endswith(("区", "县")) and len(form) == 3:
                yield form[:-1], False

    @cached_property
    def by_first_character(self) -> dict[str, list[str]]:
        """The lexicon's forms by their first character, the longest first."""
        found: dict[str, list[str]] = {}
        for form in sorted(self.lexicon, key=len, reverse=True):
            found.setdefault(form[0], []).append(form)
        return found

    @cached_property
    def stems(self) -> dict[str, str]:
        """水务 → 市水务局, for lists such as 财政、水务等部门. A stem that fits two units is left out."""
        found: dict[str, set[str]] = {}
        for form, written in self.lexicon.items():
            stem = _STEM_END.sub("", form)
            if written.short and not written.is_group and stem != form and len(stem) > 1:
                found.setdefault(stem, set()).add(written.names[0])
        return {stem: names.pop() for stem, names in found.items() if len(names) == 1}

    def longest_at(self, text: str, start: int) -> str | None:
        """The longest known form that stands in `text` (in normal form) at `start`."""
        forms = self.by_first_character.get(text[start], [])
        return next((form for form in forms if text.startswith(form, start)), None)

    def find(self, name: str) -> Unit | None:
        """The unit of this name: exact, by alias, or by what stands around it (天津市X, X人民政府, X区委、区政府)."""
        form = normal_form(name)
        written = self.lexicon.get(form) or self._without_tail(form)
        return None if written is None or written.is_group else self.by_name[written.names[0]]

    def _without_tail(self, form: str) -> Written | None:
        known = self.longest_at(form, 0) if form else None
        return self.lexicon[known] if known and self.tail_end(form, known, len(known)) == len(form) else None

    def tail_end(self, text: str, known: str, end: int) -> int:
        """Where the words end that only name an office of the unit whose form `known` ends at `end` (区委、区政府)."""
        written = self.lexicon[known]
        kind = "district" if written.is_group else self.by_name[written.names[0]].kind
        tail = {"district": _PLACE_TAIL, "zone": _PLACE_TAIL, "enterprise": _COMPANY_TAIL}.get(kind, _MEMBER_TAIL)
        found = tail.match(text, end)
        return found.end() if found else end

    def near(self, name: str, n: int = 3) -> list[str]:
        """At most `n` names of known units that look like this one, the nearest first; empty when none does."""
        form = normal_form(name)
        matcher = SequenceMatcher(b=form, autojunk=False)
        best: dict[str, float] = {}
        for known, written in self.lexicon.items():
            if written.is_group or not set(known) & set(form):
                continue
            matcher.set_seq1(known)
            if matcher.quick_ratio() >= 0.5:
                ratio = matcher.ratio()
                best[written.names[0]] = max(ratio, best.get(written.names[0], 0.5))
        ranked = sorted((name for name in best if best[name] > 0.5), key=lambda name: -best[name])
        return ranked[:n]

    def expand(self, group: str) -> tuple[str, ...]:
        """The names of a group's members in official order. Refuses `unknown_group` (name)."""
        written = self.lexicon.get(normal_form(group))
        if written is None or not written.is_group:
            raise Refusal("unknown_group", name=group)
        return written.names

    @cached_property
    def districts(self) -> tuple[str, ...]:
        return tuple(unit.name for unit in self.units if unit.kind == "district")


def place_tail_end(text: str, at: int) -> int:
    """Where the office of a place (党委和政府, 人民政府) that begins at `at` ends; `at` when there is none."""
    tail = _PLACE_TAIL.match(text, at)
    return tail.end() if tail else at


def _enter(forms: dict[str, Written], form: str, written: Written) -> None:
    if forms.setdefault(form, written).names != written.names:
        raise _bad(form, "stands_twice")


def _is_short(unit: Unit, form: str, forms: Iterable[str]) -> bool:
    """市场监管委 beside 市市场监管委: the name without the city's 市; 开发区: a zone without its place."""
    return (unit.kind == "department" and f"市{form}" in forms) or (
        unit.kind == "zone" and bool(_BARE_ZONE.match(form))
    )


def _city(data: Mapping[str, Any]) -> str:
    city = data.get("city")
    if not isinstance(city, str) or not normal_form(city):
        raise _bad("city", "missing")
    return normal_form(city).removesuffix("市")


def _units(data: Mapping[str, Any]) -> Iterator[Unit]:
    seen: set[str] = set()
    for kind in KINDS:
        for name, aliases in _table(data, kind).items():
            if not normal_form(name):
                raise _bad(kind, "missing")
            if name in seen:
                raise _bad(name, "stands_twice")
            seen.add(name)
            yield Unit(name, kind, _texts(name, aliases))
    if not seen:
        raise _bad("units", "missing")


def _members(name: str, entry: Any, by_kind: Mapping[str, tuple[str, ...]], known: Iterable[str]) -> tuple[str, ...]:
    if not isinstance(entry, Mapping) or set(entry) - {"kind", "members", "aliases"}:
        raise _bad(name, "wrong_shape")
    if "kind" in entry:
        if entry["kind"] not in by_kind:
            raise _bad(name, "unknown_kind")
        return by_kind[entry["kind"]]
    members = _texts(name, entry.get("members"))
    for member in members:
        if member not in known:
            raise _bad(f"{name}: {member}", "unknown_member")
    return members


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, Mapping):
        raise _bad(key, "wrong_shape")
    return table


def _texts(entry: str, texts: Any) -> tuple[str, ...]:
    if not isinstance(texts, list) or not all(isinstance(text, str) and normal_form(text) for text in texts):
        raise _bad(entry, "wrong_shape")
    return tuple(texts)


def _bad(entry: str, problem: str) -> Refusal:
    return Refusal("bad_registry", entry=entry, problem=problem)
