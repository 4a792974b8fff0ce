"""How plans number their measures: 措施（1）（2）, 措施1-3, 第二项, （一）, ①."""

import re

from bot.domain.deadlines.numerals import chinese_int

NUMBER = (
    r"(?:[0-9]{1,2}(?![0-9年月日号.个天周小工])"
    r"|(?!十[一二三四五六七八九]五)[一二三四五六七八九十]{1,3}(?![月年日号周个天]))"
)
LINK = r"[、,和及与至到-]"
HEADED = rf"(?:整改)?(?:措施|任务|举措|事项)第?\(?{NUMBER}\)?(?:{LINK}?第?\(?{NUMBER}\)?)*项?"
FENCED = rf"(?:\({NUMBER}\){LINK}?)+项?(?:措施|任务)?"
ORDINAL = rf"第{NUMBER}(?:{LINK}第?{NUMBER})*[项条](?:措施|任务)?"
FIRST = r"前(?P<first>[2-9]|[两二三四五六七八九十])[项条](?:措施|任务)?"
LAST = r"最?后(?P<last>[1-9]|[一两二三四五六七八九十])[项条](?:措施|任务)?"
NUMBERING = re.compile(rf"{HEADED}|{ORDINAL}|{FENCED}|{FIRST}|{LAST}")
RANGE = re.compile(rf"\(?({NUMBER})\)?[至到-]第?\(?({NUMBER})\)?")


def numbers_in(naming: str, count: int) -> frozenset[int]:
    """The numbers named; 至 and - run from one to the other; 前两项 are the first two of `count`, 后两项 the last."""
    of_first = re.fullmatch(FIRST, naming)
    if of_first:
        return frozenset(range(1, (chinese_int(of_first["first"]) or 0) + 1))
    of_last = re.fullmatch(LAST, naming)
    if of_last:
        return frozenset(range(max(1, count + 1 - (chinese_int(of_last["last"]) or 0)), count + 1))
    found = {chinese_int(match[0]) for match in re.finditer(NUMBER, naming)}
    for match in RANGE.finditer(naming):
        first, last = chinese_int(match[1]), chinese_int(match[2])
        if first and last:
            found |= set(range(first, last + 1))
    return frozenset(number for number in found if number)
