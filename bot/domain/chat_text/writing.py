"""One way of writing: half width and simplified characters, position for position."""

import unicodedata
from collections.abc import Callable
from functools import cache

# What stands between a number, a percentage and the words.
BETWEEN = " \t\r\n\u3000,，、:：;；.。-—–~!！=/"


def normalise(text: str) -> str:
    """The text as rules compare it: half width, simplified, lower case; as long as `text`, so positions stay true.

    What a person wrote is cut out of the original by position and never replaced by this.
    """
    return simplified("".join(map(_narrow, text)))


@cache
def _narrow(char: str) -> str:
    narrow = unicodedata.normalize("NFKC", char).lower()
    return narrow if len(narrow) == 1 else char


def simplified(text: str) -> str:
    """The same text in simplified characters, character for character."""
    # GB 2312 holds simplified characters only (but for a handful), so nearly every text ends here.
    if all(_in_gb2312(char) for char in text if "㐀" <= char <= "鿿"):
        return text
    convert = _traditional_to_simplified()
    whole = convert(text)
    return whole if len(whole) == len(text) else "".join((convert(char) or char)[0] for char in text)


@cache
def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _traditional_to_simplified() -> Callable[[str], str]:
    """Loaded only when somebody writes traditional characters: about 10 ms and 1 MB, once (measured)."""
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
CHINESE_NUMBER = "[零〇一二两三四五六七八九十百]{1,5}"


def chinese_number(text: str) -> int | None:
    """12, 十二, 二十, 六十五, 一百, 一百二十: the number up to 999; None if it is none."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            return None
    return total + digit if text else None
