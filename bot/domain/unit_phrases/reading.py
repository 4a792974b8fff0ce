"""From clauses to a reading: the role of every list, in the order of the text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.registry import Registry
from bot.domain.unit_phrases.items import Item
from bot.domain.unit_phrases.reader import Clause, Reader
from bot.domain.unit_phrases.vocabulary import ROLES, Role

_WORKING: frozenset[Role] = frozenset(("lead", "responsible"))
_WATCHING: frozenset[Role] = frozenset(("supervising", "verifying"))


@dataclass(frozen=True, slots=True)
class UnitsReading:
    """Names of units by role, each once, in the order of the text.

    `ask`: what must be asked since it names nobody (市级有关部门, 等部门); `unknown`: names that stand in a role but
    not in the registry, as they were written.
    """

    lead: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    cooperating: tuple[str, ...] = ()
    supervising: tuple[str, ...] = ()
    verifying: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def by_role(self) -> dict[Role, tuple[str, ...]]:
        """The five roles in their order, with the names in each."""
        return {role: getattr(self, role) for role in ROLES}

    def as_dict(self) -> dict[str, list[str]]:
        """The answer of `read-units --json` (design.md §2): lists by role, and `ask`."""
        return {**{role: list(names) for role, names in self.by_role().items()}, "ask": list(self.ask)}


LONGEST_PHRASE = 2000  # characters; a division of work among all units of a city has some hundred


def read_units(text: str, registry: Registry) -> UnitsReading:
    """Read a phrase of 责任分工. A list without a role word is responsible; what is not understood is asked.

    Never raises. Every name is one of the registry's or stands in the text. What is too long to be a list of units is
    asked by its first words.
    """
    if len(text) > LONGEST_PHRASE:
        return UnitsReading(ask=(f"{text[:40]}…",))
    reader = Reader(text, registry).read()
    named: dict[Role, list[str]] = {role: [] for role in ROLES}
    asked: list[Item] = []
    unknown: list[str] = []
    settled = _settled(reader.clauses, registry)
    everybody = {name for _, item in settled for name in item.names if not item.rest}
    for roles, item in settled:
        names = tuple(name for name in item.names if not item.rest or name not in everybody)
        if item.rest and len(names) == len(item.names):
            item.ask, names = item.raw, ()
        for role in roles:
            named[role] += names
        asked += [item] if item.ask else []
        unknown += () if item.known else names
    if not (unknown or asked or any(named.values()) or reader.labelled) and reader.says_only_how():
        return UnitsReading(ask=(text.strip(),))
    ask = _words_to_ask(text, asked, bool(unknown or any(named.values()) or reader.labelled))
    return UnitsReading(**{role: _once(names) for role, names in named.items()}, ask=ask, unknown=_once(unknown))


def _words_to_ask(text: str, asked: Sequence[Item], anything_read: bool) -> tuple[str, ...]:
    """A phrase that names nobody is asked whole, not in shreds."""
    if asked and not anything_read and all(item.from_text for item in asked):
        return (text.strip(),)
    return _once(item.ask for item in sorted(asked, key=lambda item: item.start))


def _settled(clauses: Sequence[Clause], registry: Registry) -> list[tuple[tuple[Role, ...], Item]]:
    """Every item with the roles of its list, in the order of the text."""
    found: list[tuple[tuple[Role, ...], Item]] = []
    for at, clause in enumerate(clauses):
        _resolve_stems(clause)
        roles, partners = _joint_roles(clause) if clause.joint else (_roles(clauses, at, registry), ())
        found += [(_own_roles(item, clause) or roles, item) for item in clause.items]
        found += [(_own_roles(item, clause) or partners, item) for item in clause.partners]
    return found


def _own_roles(item: Item, clause: Clause) -> tuple[Role, ...]:
    """The roles in the item's own bracket."""
    return clause.label if _shares_a_watch(clause, item.roles) else item.roles


def _shares_a_watch(clause: Clause, roles: tuple[Role, ...]) -> bool:
    """督导单位：甲牵头，乙配合: both supervise, one of them in front."""
    return bool(_WATCHING & set(clause.label)) and roles in (("lead",), ("cooperating",))


def _roles(clauses: Sequence[Clause], at: int, registry: Registry) -> tuple[Role, ...]:
    clause = clauses[at]
    if _shares_a_watch(clause, clause.roles):
        return clause.label
    if clause.roles and not (clause.weak and clause.label and _still_the_label(clauses, at, registry)):
        return clause.roles
    if clause.label:
        return clause.label
    for coming in clauses[at + 1 :]:
        if coming.strong:
            break
        if coming.roles:
            return coming.roles if _joins(clauses, at, coming, registry) else ("responsible",)
    return ("responsible",)


def _still_the_label(clauses: Sequence[Clause], at: int, registry: Registry) -> bool:
    """牵头单位：甲、乙按职责分工负责 are leads; in 牵头单位：甲，各区落实 the districts are not."""
    first = at
    while not clauses[first].first_of_label and first:
        first -= 1
    return first == at or _tier(clauses[first], registry) == _tier(clauses[at], registry)


def _joins(clauses: Sequence[Clause], at: int, coming: Clause, registry: Registry) -> bool:
    """Whether a list before a comma belongs to the role word after the next list (甲，乙牵头)."""
    if coming.roles == ("responsible",):
        return True
    same = _tier(clauses[at], registry) == _tier(coming, registry)
    led = any(_WORKING & set(clause.roles or clause.label) for clause in clauses[:at])
    return same and ("lead" in coming.roles or led)


def _tier(clause: Clause, registry: Registry) -> frozenset[bool]:
    """Which sides it names: places (块), departments and enterprises (条), or both."""
    units = (registry.by_name.get(name) for item in clause.items for name in item.names)
    return frozenset(unit is not None and unit.is_place for unit in units)


def _joint_roles(clause: Clause) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
    """甲会同乙: 甲 leads and 乙 co-operates, but who watches or verifies together does so together."""
    if "cooperating" in clause.roles or not clause.partners:
        return clause.roles or ("cooperating",), ("cooperating",)
    if _WATCHING & set(clause.roles):
        return clause.roles, clause.roles
    return clause.label or ("lead",), ("cooperating",)


def _resolve_stems(clause: Clause) -> None:
    """市发展改革、财政、水务等部门: stems of departments count only in a list that says it is of the city's."""
    listed = clause.items + clause.partners
    ends_in_departments = clause.departments or any(item.bureau for item in listed[-1:])
    ends_in_departments |= any(item.ask.endswith("部门") for item in listed[-1:])
    if ends_in_departments and any(item.municipal for item in listed):
        for item in listed:
            if item.stem:
                item.names, item.ask = (item.stem,), ""


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
