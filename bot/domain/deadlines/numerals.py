"""Chinese numerals as officials write them: 二〇二一, 三十一, 廿五, 卅, 两."""

import re

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
DIGITS |= {"壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10}
NUMERAL = "[〇零一二两三四五六七八九十百千廿卅壹贰叁肆伍陆柒捌玖拾]"

# A numeral becomes digits only before a unit of time, so that 一期, 五一, 十四五 and 二十大 keep their shape.
BEFORE_TIME = re.compile(
    rf"(?<!{NUMERAL})(?!十[一二三四五六七八九]五(?![日号天]))({NUMERAL}+)"
    r"(?=个?半?个?(?:年|月|周|星期|礼拜|季度|季[末底]|工作日|自然日|日历天|天|日|小时)"
    r"|号(?:[之以]?前)|[成](?![效果立为熟员功本品套片型交都绩]))"
)
IN_LIST = re.compile(
    rf"(?<!{NUMERAL})({NUMERAL}+)(?=(?:[、和及与至到-]{NUMERAL}+)+(?:个月|个工作日|月|年|季度|日|天|周))"
)
BEFORE_DAY_NUMBER = re.compile(rf"(?<=月)({NUMERAL}+)(?=号|前|之前|以前|[,;。]|$)")
BEFORE_HOUR = re.compile(rf"(?<=[日号午晚])({NUMERAL}+)(?=[时点])")


def chinese_int(text: str) -> int | None:
    """The number written in Chinese numerals or ASCII digits; None when it is not one."""
    if text.isascii():
        return int(text) if text.isdigit() and len(text) <= 4 else None
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not any(char in TENS for char in text):
        return int("".join(str(DIGITS[char]) for char in text)) if all(c in DIGITS for c in text) else None
    return _by_place(text)


def _by_place(text: str) -> int | None:
    total, digit, last_unit = 0, None, 10_000
    for char in text:
        if char in DIGITS:
            if digit not in (None, 0):
                return None
            digit = DIGITS[char]
        elif char in TENS and TENS[char] < last_unit:
            last_unit = TENS[char]
            total += (1 if digit is None else digit) * last_unit
            digit = None
        else:
            return None
    return total + (digit or 0)


def to_digits(text: str) -> str:
    """The same text with the numerals before units of time as ASCII digits; an impossible one stays as written."""
    for pattern in (IN_LIST, BEFORE_TIME, BEFORE_DAY_NUMBER, BEFORE_HOUR):
        text = pattern.sub(_digits, text)
    return text


def _digits(match: re.Match[str]) -> str:
    run, number = match[1], chinese_int(match[1])
    if number is None or (len(run) > 1 and not _is_exact(run, match.string[match.end() :])):
        return match[0]
    return str(number)


def _is_exact(run: str, after: str) -> bool:
    """两三个月 is a guess, not 23: digits in a row are a number only in a year, or with a zero (三〇日)."""
    if any(char in TENS or char in "〇零廿卅" for char in run):
        return True
    return after.startswith("年") and (len(run) == 4 or (len(run) == 2 and not after.startswith("年内")))
