"""Labels in running text: "整改目标：…责任单位：…" says itself what each part is."""

import re
from dataclasses import dataclass

from bot.domain.numbering import BOUNDARY, last_number, next_number, numbered
from bot.domain.plan_fields import ROLE_FIELDS, Field, bare_label, exact_field

_LABEL = re.compile(
    r"(?:【([^【】：:]{2,16})】\s*[：:]?|\[([^\[\]：:]{2,16})\]\s*[：:]"
    r"|([\u4e00-\u9fff（）()/、 \u3000]{2,18}?)\s*[：:])\s*"
)
# In the middle of a sentence only these are labels: "单位：万元" or "存在问题：" go on with the sentence.
_INLINE: frozenset[Field] = frozenset(
    {"objective", "measure", "deadline", "person", "contact", "progress", *ROLE_FIELDS}
)
_NOT_INLINE = frozenset({"单位", "部门", "时间", "电话", "进度", "进展", "节点"})


@dataclass(frozen=True, slots=True)
class Piece:
    """What one label holds; `field` is None for text that continues what came before, `label` is as it was written."""

    field: Field | None
    text: str
    label: str = ""


def label_at(text: str, at: int = 0) -> tuple[Field, int] | None:
    """The field of the label that begins here, and where its value begins."""
    found = _LABEL.match(text, at)
    if found is None:
        return None
    field = exact_field(next(group for group in found.groups() if group))
    return None if field is None else (field, found.end())


def pieces_of(field: Field | None, text: str) -> list[Piece]:
    """The text of `field` cut at the labels of other fields within it; what stands in brackets is not cut."""
    pieces: list[Piece] = []
    start, depth, label = 0, 0, ""
    for at, mark in enumerate(text):
        depth = max(0, depth + (mark in "（(〔[《“") - (mark in "）)〕]》”"))
        if depth or (at and not BOUNDARY.match(text[at - 1]) and mark != "【"):
            continue
        found = label_at(text, at)
        if found is None or found[0] not in _INLINE or found[0] == field:
            continue
        if bare_label(text[at : found[1]]) in _NOT_INLINE:
            continue
        if at or field is not None:
            pieces.append(Piece(field, text[start:at].strip().rstrip("；;，,"), label))
        label = text[at : found[1]]
        field, start = found
    pieces.append(Piece(field, text[start:].strip(), label))
    return _measures_split_off(pieces)


def _measures_split_off(pieces: list[Piece]) -> list[Piece]:
    """（1）…责任单位：甲。（2）…责任单位：乙: the next measure's number ends the value before it."""
    found: list[Piece] = []
    style, expected = "", 0
    for piece in pieces:
        if piece.field == "measure":
            style = numbered(piece.text)[0]
            expected = last_number(piece.text) + 1 if style else 0
        while expected and piece.field != "measure":
            at = next_number(piece.text, style, expected)
            if at <= 0:
                break
            found.append(Piece(piece.field, piece.text[:at].strip(), piece.label))
            piece = Piece("measure", piece.text[at:])
            expected = last_number(piece.text) + 1
        found.append(piece)
    return found
