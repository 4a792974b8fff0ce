"""The numbers officials put before a list's items: 一、 （一） 1. （1） ① 第1项 措施1：."""

import re
from typing import Final

NUMERAL: Final = "一二三四五六七八九十百〇零"
_OF_MEASURE = "措施"
# The items of one list share a style; the first style that fits is the item's.
_STYLES: Final = {
    "第": re.compile(rf"第([{NUMERAL}0-9０-９]{{1,4}})[项条个][\s:：、.．]*"),
    "一、": re.compile(rf"([{NUMERAL}]{{1,4}})\s*[、.．]\s*"),
    "（一）": re.compile(rf"[（(]\s*([{NUMERAL}]{{1,4}})\s*[）)]\s*"),
    "1.": re.compile(r"([0-9０-９]{1,3})\s*(?:、|[.．](?![0-9０-９]))\s*"),
    "（1）": re.compile(r"[（(]\s*([0-9０-９]{1,3})\s*[）)]\s*|(?<![（(0-9０-９])([0-9０-９]{1,3})\s*[）)]\s*"),
    "①": re.compile(r"([①-⑳])\s*"),
    _OF_MEASURE: re.compile(rf"(?:整改)?措施\s*[（(]?([{NUMERAL}0-9０-９]{{1,4}})[）)]?\s*[：:、.．]\s*"),
}
BOUNDARY: Final = re.compile(r"[。；;，,：:\s）)】]")
_BRACKETED = frozenset({"（1）", "①", "（一）"})


def numbered(text: str) -> tuple[str, str, str]:
    """(style, number, rest) of a text that may begin with an item's number; ("", "", text) when it does not."""
    for style, pattern in _STYLES.items():
        if found := pattern.match(text):
            return style, next(group for group in found.groups() if group), text[found.end() :]
    return "", "", text


def next_number(text: str, style: str, value: int, start: int = 0) -> int:
    """Where this list's item `value` begins, at or after `start` and after a boundary; -1 when it does not."""
    for found in _STYLES[style].finditer(text, max(start, 1)):
        after_boundary = bool(BOUNDARY.match(text[found.start() - 1]))
        if not after_boundary and style not in _BRACKETED and not _clear_dot(text, found):
            continue
        if value_of(next(group for group in found.groups() if group)) == value:
            return found.start()
    return -1


def _clear_dot(text: str, found: re.Match[str]) -> bool:
    """…排查2.加强…: after conversion from PDF nothing parts the items, but a number, a dot and words are clear."""
    before = text[found.start() - 1]
    return found.re is _STYLES["1."] and "、" not in found.group() and "\u4e00" <= before <= "\u9fff" and before != "第"


def last_number(text: str) -> int:
    """The number of the last item of the list the text begins with: "（2）甲；（3）乙" → 3; 0 when it is no list."""
    style, number, _ = numbered(text)
    value, at = value_of(number), 0
    while style and (at := next_number(text, style, value + 1, at + 1)) > 0:
        value += 1
    return value


def items_of(text: str) -> list[str]:
    """The items of a numbered list, their numbers left out; one item, the text itself, when it is no such list.

    A list inside an item (another style) stays in it. Words before the first number stay with the first item.
    """
    style, number, rest = numbered(text)
    if not style:
        return _items_after_lead_in(text)
    value, starts = value_of(number), [0]
    while (at := next_number(text, style, value + len(starts), starts[-1] + 1)) > 0:
        starts.append(at)
    if len(starts) == 1:
        return [_trimmed(rest)]
    ends = [*starts[1:], len(text)]
    items = [_trimmed(numbered(text[start:end])[2]) for start, end in zip(starts, ends, strict=True)]
    return [item for item in items if item]


def _items_after_lead_in(text: str) -> list[str]:
    for style in _STYLES:
        first = next_number(text, style, 1, 1)
        if first > 0 and next_number(text, style, 2, first + 1) > 0:
            items = items_of(text[first:])
            return [f"{text[:first].strip()}{items[0]}", *items[1:]]
    return [_trimmed(text)]


def _trimmed(item: str) -> str:
    return item.strip().rstrip("；;，,").strip()


def value_of(number: str) -> int:
    """二十一 → 21, ３ → 3, ③ → 3; 0 when it is no number."""
    if "①" <= number[:1] <= "⑳":
        return ord(number[0]) - ord("①") + 1
    if number.isdecimal():
        return int(number)
    digits = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"〇": 0}
    total, ones = 0, 0
    for mark in number:
        if mark in "百十":
            total += (ones or 1) * (100 if mark == "百" else 10)
            ones = 0
        elif mark in digits:
            ones = digits[mark]
        else:
            return 0
    return total + ones
