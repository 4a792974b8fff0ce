"""What people write with a request or a decision: a day first, a document's number somewhere, and their words."""

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?:(?:\d{4}|\d{2}|[二〇○零一三四五六七八九]{4}|今|明|后|本)\s*年\s*)"
# A day as people write it at the start of what follows: the longest reading first.
_DAY = re.compile(
    rf"""\s*(?:延期?|推迟|延长|顺延)?\s*(?:至|到|to\b|until\b|by\b)?\s*
    (?P<day>(?:
        \d{{8}}(?!\d)
      | \d{{4}}\s*[-/.．]\s*\d{{1,2}}\s*[-/.．]\s*\d{{1,2}}(?!\d)
      | \d{{4}}\s*[-/.]\s*\d{{1,2}}(?!\s*[-/.\d])
      | {_YEAR}?{_NUMBER}\s*月(?:份)?\s*(?:{_NUMBER}\s*[日号]|底|末|上旬|中旬|下旬)?
      | {_YEAR}?(?:第?[一二三四1-4]季度|[上下]半年|年)\s*[底末]?
      | {_YEAR}\s*[底末]?
      | (?:本|下|次)?月[底末]
      | 年[底末]
      | (?:本|下|这)?(?:周|星期|礼拜)[一二三四五六日天末]
      | 明天|后天
      | \d{{1,2}}\s*[-/.]\s*\d{{1,2}}(?!\s*[-/.\d%])
    )\s*(?:之?前|以前)?)""",
    re.VERBOSE,
)
# 津整改办〔2022〕15号, 津政办函[2022]15号, 第15号, No. 15
_DOCUMENT = re.compile(
    r"[^\s,，;；。:：]*[〔\[【（(]\s*\d{4}\s*[〕\]】）)]\s*第?\s*\d+\s*号?"
    r"|[^\s,，;；。:：\d]*第?\s*\d+\s*号[^\s,，;；。]*"
    r"|(?:[A-Za-z]+ )?\bno\.?\s*\d+(?:[/-]\d+)*",
    re.IGNORECASE,
)
_BETWEEN = " \t\r\n,，、:：;；。"


@dataclass(frozen=True, slots=True)
class Said:
    """What was written with a decision: a day, in the words it was written in, a document's number, and the rest."""

    day: str
    basis: str
    text: str


def split_day(text: str) -> tuple[str, str]:
    """(the day as written, the rest) of `2022-06-30 招标流标`, `6月底前 招标流标`; the day is "" when none leads."""
    # One character stays one, so that the rest keeps the wording it was written in.
    plain = "".join(_narrow(char) for char in text)
    found = _DAY.match(plain)
    if found is None:
        return "", text.strip(_BETWEEN)
    return found["day"].strip(), text[found.end() :].strip(_BETWEEN)


def _narrow(char: str) -> str:
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char


def read_decision(text: str) -> Said:
    """`2022-07-15 津整改办〔2022〕15号 同意` → its day, its document, its words, in whatever order they came."""
    found = _DOCUMENT.search(text)
    basis = found[0].strip(_BETWEEN) if found else ""
    rest = f"{text[: found.start()]} {text[found.end() :]}" if found else text
    day, words = split_day(rest.strip(_BETWEEN))
    return Said(day, basis, " ".join(words.split()))
