"""Short answers: a receipt is never progress, 无变化 is a report, 其余无变化 reports the rest (design.md §2)."""

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.chat_text.writing import CHINESE_NUMBER, chinese_number, normalise

_MARKS = r"[\s,，、:：;；.。!！~～?？…·\-—\"'“”()\[\]【】]*"
_RECEIPT = (
    r"已收到|收到了?|收悉|已?阅知|已阅悉?|阅悉|已?阅知|阅|知悉|已知悉|知道了?|明白了?|清楚了?|了解了?|好的|好嘞|好滴|好吧|好哒|好|行|可以|没问题"
    r"|遵照执行|照办|谢谢|感谢|辛苦了?|请?放心|请您放心|嗯+|哦+|是的|是|对|妥|\+?1(?!\d)|强|握手|抱拳|赞"
    r"|(?:我们?|马上|立即|立刻|抓紧|尽快|这就|稍后|按要求|按照要求|一定|会|去|将)+(?:安排|落实|办理|处理|整改|上报|报送|推进|跟进|反馈|办)"
    r"|okay|okk?|roger(?:that)?|received|receivedthanks|noted(?:withthanks)?|gotit|thanks?(?:you)?|thankyou|willdo|copy(?:that)?|ack|yes|sure|understood"
    r"|👍|👌|🙏|✅|☑|✔|💪|🤝|🫡|🆗|🌹|❤|😊|🙂"
)
_UNIT_BEFORE = (
    r"(?:(?!.*[未没])[一-鿿]{1,12}(?:局|委|区|办|集团|镇|乡|街|公司|中心|政府|厅|院|站|所|园|城|部|处|科|室))?"
)
_RECEIPTS = re.compile(rf"{_MARKS}{_UNIT_BEFORE}{_MARKS}(?>(?:{_RECEIPT}){_MARKS})++")
_SKIN_AND_STYLE = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d\u20e3]")

_NO_CHANGE = (
    r"(?:(?:本周|本期|目前|暂时?|进度|进展|情况|工作|较上周|比上周|与上周比|和上周比|仍然?|还是|均|都|全部|也|相比|,|:|\s)*"
    r"(?:(?:无|没有?|未有?|未发生|没什么|无任何)(?:新的?|任何|明显|大的?|什么|太大)?(?:变化|变动|进展|更新|改变)|没变|未变|不变|无变|照旧|维持(?:现状|不变|原状)?"
    r"|(?:同|和|与|跟)(?:上周|上期|上次|上一周|前期|之前|以前|上)(?:相同|一致|一样|持平|同)?|同前|一样|持平"
    r"|no\s*changes?|unchanged|(?:the\s*)?same(?:\s*as\s*(?:last\s*week|before))?|nothing\s*new|n/?c))"
)
UNCHANGED = re.compile(rf"{_NO_CHANGE}(?![一-鿿a-z])")
_UNCHANGED_WHOLE = re.compile(rf"{_MARKS}{_NO_CHANGE}{_MARKS}")

_REST = re.compile(
    rf"{_MARKS}(?:其余|其他|其它|剩余|剩下|余下|另外)(?:的)?\s*(?P<count>\d{{1,4}}|{CHINESE_NUMBER})?\s*(?:个|项|条|件)?(?:任务|事项|各项|项目|工作|问题)?(?:的)?"
    rf"{_MARKS}{_NO_CHANGE}{_MARKS}"
    rf"|{_MARKS}(?:the\s*|all\s*)*(?:rest|others?|remaining|remainder)\s*(?:of\s*them\s*)?(?P<english>\d{{1,4}})?\s*(?:items?|tasks?)?\s*(?:are|is|:|-)?\s*{_NO_CHANGE}{_MARKS}"
)
# 困难群众安置完成, 困难已解决 are progress.
_DIFFICULTY = re.compile(
    r"[\s,，、:：;；]*(?P<word>困难(?=[\s,，、:：;；])(?![\s,，、:：;；]*(?:均|都|全部)?已)|(?:目前|现|仍|还|尚)*(?:存在|有|遇到)(?:一些|较大|不少|的)*困难(?!群众|家庭|户)"
    r"|(?:需要?|请求?|提请).{0,8}?协调|difficult(?:y|ies)\b|blocked\b|needs? coordination)(?P<more>[\s,，、:：;；]*)"
)
_LONGEST = 80  # characters: nobody takes more to say no more than this
_SENTENCE_END = re.compile(r"[\n;；。!！]")


@dataclass(frozen=True, slots=True)
class RestUnchanged:
    """其余 N 项无变化; `count` is the N somebody claimed, None if none was named."""

    count: int | None


def is_receipt(text: str) -> bool:
    """Whether this only says that a message was read: 收到, 好的, 已阅, 1, 👍. A word more and it is none."""
    plain = normalise(_SKIN_AND_STYLE.sub("", unicodedata.normalize("NFC", text)))
    return (
        bool(plain.strip())
        and len(plain) <= _LONGEST
        and bool(_RECEIPTS.fullmatch(re.sub(r"(?<=[a-z])\s+(?=[a-z])", "", plain)))
    )


def is_unchanged(text: str) -> bool:
    """Whether this says no more than that nothing changed: 无变化, 同上周, no change."""
    return len(text) <= _LONGEST and bool(_UNCHANGED_WHOLE.fullmatch(_closed_up(text)))


def rest_unchanged(text: str) -> RestUnchanged | None:
    """Whether the whole text says that the rest is unchanged, and how many that is said to be."""
    found = _REST.fullmatch(_closed_up(text)) if len(text) <= _LONGEST else None
    if found is None:
        return None
    count = found["count"] or found["english"]
    return RestUnchanged(chinese_number(count) if count else None)


def _closed_up(text: str) -> str:
    """The text as it is compared, without the blanks a word processor left between characters."""
    return re.sub(r"(?<=[一-鿿])\s+(?=[一-鿿])", "", normalise(text))


def difficulty_in(text: str) -> str | None:
    """What a difficulty is about when the text begins by saying that there is one: 困难：资金未到位, 需市里协调…

    The words behind 困难：, or all of them where they belong together; None when it begins with anything else.
    """
    found = _DIFFICULTY.match(normalise(text))
    if found is None:
        return None
    headed = found["word"] in ("困难", "difficulty") and found["more"]
    words = text[found.end() :] if headed else text
    return words.strip() or None


def rest_in(text: str) -> RestUnchanged | None:
    """The same of one sentence of a longer text: 第7项完成62%；其余无变化。"""
    found = [rest for part in _SENTENCE_END.split(text) if (rest := rest_unchanged(part))]
    return found[-1] if found else None
