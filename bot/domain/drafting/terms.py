"""A measure that says itself who does it and by when: "…（市水务局牵头，2022年6月底前）" or "…责任单位：…"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.drafting.reads import ROLES, Reads
from bot.domain.plan_fields import ROLE_FIELDS, exact_field
from bot.domain.plan_labels import pieces_of

_PAIRS = {"（": "）", "(": ")", "【": "】", "〔": "〕", "[": "]"}
_SEGMENT_END = re.compile(r"[；;，,。\n]+")
_LABEL = re.compile(r"^\s*([\u4e00-\u9fff/、]{2,12})\s*[：:]\s*")
_ASIDE = re.compile(r"^(?:不?含|不包括|包括|除|如|例如|详见|见|附|以下|下同|以上|简称|其中|原|即|约|共)")
_TIME = re.compile(r"[0-9０-９]{2,4}\s*年|[0-9０-９]\s*月|年底|月底|季度|汛期|五.?规划|期限|长期|立行立改")
_ROLE_WORD = re.compile(r"牵头|配合|协助|负责|落实|督导|督促|监管|验收|核查|主责|组织实施|责任单位")
_MOST_BRACKETS = 12  # of one measure, looked at from either end
_END = re.compile(r"[；;。，,、\s]+$")


@dataclass(frozen=True, slots=True)
class Terms:
    """The phrases a measure holds of its own, "" where it has none; `text` is its wording with the terms in brackets
    kept and labelled ones ("责任单位：…") moved out."""

    text: str
    units: str = ""
    deadline: str = ""


def terms_of(text: str, reads: Reads) -> Terms:
    """The measure's own units and deadline; the official wording is not shortened by what stands in brackets."""
    said, units, deadline = _labelled(text)
    for inside in _brackets(said):
        own_units, own_deadline = _inside_bracket(inside, reads)
        units, deadline = units or own_units, deadline or own_deadline
    return Terms(said, units, deadline)


def _labelled(text: str) -> tuple[str, str, str]:
    """Cut off "责任单位：…" and "完成时限：…" behind the measure's own words."""
    said: list[str] = []
    units: list[str] = []
    deadlines: list[str] = []
    for piece in pieces_of(None, text):
        value = _END.sub("", piece.text)
        if piece.field in ROLE_FIELDS:
            units.append(f"{_plain_label(piece.label)}：{value}")
        elif piece.field == "deadline":
            deadlines.append(value)
        else:
            said.append(f"{piece.label}{piece.text}")
    if not "".join(said).strip():
        return text, "", ""
    return "".join(said).strip().rstrip("；;，,"), "；".join(units), "；".join(deadlines)


def _plain_label(label: str) -> str:
    return label.strip("【】[]：: \n")


def _brackets(text: str) -> Iterator[str]:
    """What stands in brackets: those at the end first, then those in the middle that name both who and when."""
    groups = _groups(text)
    end = len(_END.sub("", text))
    for start, stop in reversed(groups[-_MOST_BRACKETS:]):
        if stop != end:
            break
        yield text[start + 1 : stop - 1]
        end = len(_END.sub("", text[:start]))
    for start, stop in groups[:_MOST_BRACKETS]:
        inside = text[start + 1 : stop - 1]
        if stop < end and _TIME.search(inside) and _ROLE_WORD.search(inside):
            yield inside


def _groups(text: str) -> list[tuple[int, int]]:
    """The outermost pairs of brackets, as (start, end)."""
    groups: list[tuple[int, int]] = []
    closing: list[str] = []
    start = 0
    for at, mark in enumerate(text):
        if mark in _PAIRS:
            start = at if not closing else start
            closing.append(_PAIRS[mark])
        elif closing and mark in "）)】〕]":
            closing.pop()
            if not closing:
                groups.append((start, at + 1))
    return groups


def _inside_bracket(inside: str, reads: Reads) -> tuple[str, str]:
    """(units, deadline) phrases of a bracket; both empty when it says something else."""
    if _ASIDE.match(inside):
        return "", ""
    units: list[str] = []
    deadlines: list[str] = []
    rest: list[str] = []
    for segment, end in _segments(inside):
        kind, value = _kind_of(segment, reads)
        {"units": units, "deadline": deadlines}.get(kind, rest).append(value + end)
    named = any(_names(segment, reads) for segment in units)
    if units and not named and not deadlines and not any(_ROLE_WORD.search(segment) for segment in units):
        return "", ""
    if named:
        units += [segment for segment in rest if not reads.units(segment).ask or "、" in segment]
    return _END.sub("", "".join(units)), _END.sub("", "".join(deadlines))


def _segments(inside: str) -> Iterator[tuple[str, str]]:
    start = 0
    for found in _SEGMENT_END.finditer(inside):
        if inside[start : found.start()].strip():
            yield inside[start : found.start()].strip(), found.group()
        start = found.end()
    if inside[start:].strip():
        yield inside[start:].strip(), ""


def _kind_of(segment: str, reads: Reads) -> tuple[str, str]:
    label = _LABEL.match(segment)
    field = exact_field(label.group(1)) if label else None
    if label and field == "deadline":
        return "deadline", segment[label.end() :]
    if field in ROLE_FIELDS:
        return "units", segment
    reading = reads.deadline(segment)
    if reading.kind != "ask" or reading.choices or _TIME.search(segment):
        return "deadline", segment
    found = reads.units(segment)
    asked = sum(len(name) for name in found.ask)
    if any(getattr(found, role) for role in ROLES) and 2 * asked <= len(segment):
        return "units", segment
    return ("units", segment) if found.ask and _ROLE_WORD.search(segment) else ("", segment)


def _names(segment: str, reads: Reads) -> bool:
    found = reads.units(segment)
    return any(name not in found.unknown for role in ROLES for name in getattr(found, role))
