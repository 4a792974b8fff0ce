"""What was not understood and still looks like a time: such a phrase may not be half-read."""

import re

from bot.domain.deadlines.lexicon import words

# 前 inside an ordinary word says nothing about time.
FRONT_WORDS = words(
    r"""前期 | 提前 | 目前 | 当前 | 前端 | 前列 | 前置 | 前沿 | 前往 | 前瞻 | 空前 | 前述 | 前进 | 前提 | 前款 | 前者
      | 前景 | 前身 | 前门 | 门前 | 前三名 | 事前 | 此前 | 史前 | 眼前 | 面前 | 前处理 | 前移 | 前湾 | 前海"""
)
TIME_WORDS = words(
    r"""前 | [年月季]初 | [年月季周]末 | [年月]底 | 年中 | 月中 | 旬 | 季度 | 期[末初满] | 世纪
      | [几数若干]+个?(?:年|月|日|天|周|工作日)
      | [一二三四五六七八九十两廿卅]+个?(?:年|月|日(?![常产])|天|周(?!边)|季度|星期|工作日)
      | (?:汛|雨|采暖|供暖|取暖|供热|冬|夏|春|秋|假)季?期?[之以]?(?:结束|开始|来临|到来|期间|内|后)
      | 今冬 | 明春 | 农历 | 阴历 | 腊月 | 正月 | 除夕 | 元宵 | 重阳
      | [上下本]个?(?:月|周|季|年) | [明后今去]年 | 当[年月] | 年内 | 日内 | 之日 | 以后
      | [今明后昨]天 | [今明次翌当]日 | 当天 | (?:周|星期)[一二三四五六日天](?!边)"""
)
ENGLISH_TIME = words(
    r"""jan | feb | mar | apr | may | jun | jul | aug | sep | oct | nov | dec | before | until | early | late | mid
      | week | month | year | day | end"""
)
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# A number is one of the work when a thing is counted after it (3座), one of time before these or before nothing.
TIME_AFTER_NUMBER = words(
    r"个?半?(?:年|月|日|号|天|周|星期|礼拜|季|旬|工作日|自然日) | [时点底末前后初中内起止/.\-:至到,;。、()] | $"
)


def hides_time(text: str) -> bool:
    """Whether words outside every reading look like a time."""
    text = FRONT_WORDS.sub("", text)
    if TIME_WORDS.search(text) or ENGLISH_TIME.search(text):
        return True
    return any(_is_stray(text, match) for match in NUMBER.finditer(text))


def _is_stray(text: str, number: re.Match[str]) -> bool:
    before = text[: number.start()][-1:]
    # PM2.5, DN500, 第3, 3#: names, not times.
    if (before.isascii() and before.isalpha()) or before in ("第", "#"):
        return False
    return bool(TIME_AFTER_NUMBER.match(text, number.end()))
