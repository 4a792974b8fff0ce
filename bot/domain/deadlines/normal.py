"""One spelling for everything that is written in many: width, spaces, quotes, dashes, numerals, old characters."""

import re
import unicodedata

from bot.domain.deadlines.numerals import to_digits

# Bracketed and circled numbers lose their fence under NFKC (①2021 would become 12021): fence them first.
FENCED = {
    chr(start + offset): f"({offset + 1})"
    for start, count in ((0x2460, 20), (0x2474, 20), (0x2488, 20), (0x2776, 10), (0x3220, 10), (0x3280, 10))
    for offset in range(count)
}
TRADITIONAL = str.maketrans(
    "並佈佔來係個備億儘優內兩冊凍別則劃動務勞匯區參叄員問啓單噸國圍圖執堅報場塊壓壩學實審將專導層幹幾庫廠強彈後從復徵"
    "態慶應戶採擇據擬數斷於時暫會東條棟棲業構樓標橋機檢歲歷沒況減測準滾滿漁潔澇濃為無熱營爐爭爲獲獻現環產畝畢畫當發盡"
    "監確禮穩節簽籤紀約納級終組結絡給經維網緊線締編縣總績續聯腳臘臨臺與舉舊華萬蓋處虛號裏裡製見規視訂計設許評試詳說調"
    "請護變豐負貫貳費資質賬車軍較輛輪轉辦農這週進運過達遠適遲遷選遺邊鄉銷鎮長門開間閘關陰陸陽階際隨雙電鞏頃項順須預領"
    "頭題類顯餘饋馬馳驗體黃點黨齊註啟嚴對汙決灣礎絕記訪訴説謹蹤連違閏曆難恆鍥捨殊",
    "并布占来系个备亿尽优内两册冻别则划动务劳汇区参叁员问启单吨国围图执坚报场块压坝学实审将专导层干几库厂强弹后从复征"
    "态庆应户采择据拟数断于时暂会东条栋栖业构楼标桥机检岁历没况减测准滚满渔洁涝浓为无热营炉争为获献现环产亩毕划当发尽"
    "监确礼稳节签签纪约纳级终组结络给经维网紧线缔编县总绩续联脚腊临台与举旧华万盖处虚号里里制见规视订计设许评试详说调"
    "请护变丰负贯贰费资质账车军较辆轮转办农这周进运过达远适迟迁选遗边乡销镇长门开间闸关阴陆阳阶际随双电巩顷项顺须预领"
    "头题类显余馈马驰验体黄点党齐注启严对污决湾础绝记访诉说谨踪连违闰历难恒锲舍殊",
)
QUOTES = re.compile("[\"'“”‘’„‟「」『』〝〞〟`´＂＇]")
DASHES = re.compile(r"[-‐‑‒–—―−~∼⁓〜─━ー]+")
ZERO_LETTER = re.compile(r"(?<=[〇零一二三四五六七八九])[Oo0○◯]+(?=[〇零一二三四五六七八九年])")
ZERO_AMONG_DIGITS = re.compile(r"(?<=[0-9])[OoО]+(?=[0-9年月日号])")
DASH_LIKE_ONE = re.compile(r"(?<=[0-9])一(?=[0-9]{2})|(?<=[0-9][年月日])一(?=[0-9]{1,4}[年月日])")

# 2021。12。31, typed with the Chinese full stop.
STOP_AS_POINT = re.compile(r"(?<![0-9])([0-9]{4})。([0-9]{1,2})。([0-9]{1,2})(?![0-9])")

JANUARY = re.compile(r"(?<!公)元月")
NEWLINE = re.compile(r"[ \t]*[\r\n\v\f\u2028\u2029]+\s*")
TYPED_THEN_MORE = re.compile(r"(?<![0-9])([0-9]{4}([-./])[0-9]{1,2}\2[0-9]{1,2})\s+(?=[0-9]{4}[-./年])")
TYPED_WITH_CLOCK = re.compile(r"([0-9]{4}([-./])[0-9]{1,2}\2[0-9]{1,2})(?:\s+|[Tt])[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?")
NUMBER_THEN_YEAR = re.compile(r"(?<![0-9])([0-9]{1,2})\s+(?=[0-9]{4}\s*[年./-])")
WEEKDAY_NOTE = re.compile(
    r"\((?:周|星期|礼拜)[一二三四五六日天]\)|(?<=[0-9][日号])(?:周|星期|礼拜)[一二三四五六日天](?![边期])"
)
LIST_NUMBER = re.compile(r"(^|[;。])([0-9]{1,2})(?:[.、](?=[0-9]{4}|[^0-9])|[.](?=[0-9]{1,2}月))")
TYPED_YEAR = re.compile(r"(?<![0-9])([0-9]{4})[-./](?=[0-9]{1,2}月)")
FIVE_YEAR_PLAN = re.compile(r"第?(十[一二三四五六七八九])个五年(?=规划|计划|时期|期|末|[,;。]|$)")
HEADING = re.compile(
    r"^(?:整改|完成|办理|办结|截止|计划|要求)*(?:时限|期限|时间|日期|时间节点)(?:要求|安排)?(?:[:为是]|(?=[0-9半年本今明后十长立持]))"
)
# 2021、2022、2023年 and 6、12月: the last unit serves them all.
SHARED_UNITS = (
    (re.compile(r"(?<![0-9])([0-9]{4})(?=(?:[、和及与][0-9]{4})*[、和及与][0-9]{4}年)"), "年"),
    (re.compile(r"(?<![0-9(.])([0-9]{1,2})(?=(?:[、和及与][0-9]{1,2})*[、和及与][0-9]{1,2}月)"), "月"),
    (re.compile(r"(?<![0-9(.])([0-9]{1,2})(?=(?:[、和及与][0-9]{1,2})*[、和及与][0-9]{1,2}[日号])"), "日"),
    (re.compile(r"(?<![0-9(.])([1-4])(?=(?:[、和及与][1-4])*[、和及与][1-4]季度)"), "季度"),
)


def normalise(text: str) -> str:
    """The phrase in one spelling: NFKC, simplified time words, no space or quote, ASCII numbers before units of time.

    A line break between two statements becomes a semicolon; one inside a date disappears.
    """
    text = unicodedata.normalize("NFKC", "".join(FENCED.get(char, char) for char in text))
    text = "".join(_plain_char(char) for char in text).translate(TRADITIONAL)
    text = DASHES.sub("-", QUOTES.sub("", text)).replace("；", ";").replace("﹔", ";").replace("·", ".")
    text = _join_lines(text)
    text = ZERO_AMONG_DIGITS.sub(lambda m: "0" * len(m[0]), text)
    text = ZERO_LETTER.sub(lambda m: "〇" * len(m[0]), text)
    text = DASH_LIKE_ONE.sub("-", text)
    text = STOP_AS_POINT.sub(r"\1.\2.\3", text)
    text = JANUARY.sub("1月", text)
    text = HEADING.sub("", WEEKDAY_NOTE.sub("", text))
    text = FIVE_YEAR_PLAN.sub(lambda m: f"{m[1]}五", text)
    text = LIST_NUMBER.sub(r"\1(\2)", to_digits(text))
    text = TYPED_YEAR.sub(r"\1年", text)
    for pattern, unit in SHARED_UNITS:
        text = pattern.sub(rf"\g<1>{unit}", text)
    return text


def _plain_char(char: str) -> str:
    """ASCII digits for every script's; nothing for invisible characters."""
    if char in "\n\r\v\f\t":
        return char
    if unicodedata.category(char) in ("Cf", "Cc", "Cs", "Co", "Cn"):
        return ""
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _join_lines(text: str) -> str:
    text = NEWLINE.sub(_line_break, text.strip())
    text = TYPED_THEN_MORE.sub(r"\1、", text)
    text = TYPED_WITH_CLOCK.sub(r"\1", text)
    text = NUMBER_THEN_YEAR.sub(r"(\1)", text)
    return re.sub(r"\s+", "", text)


def _line_break(match: re.Match[str]) -> str:
    """Nothing inside a date (a cell wrapped after 2021年 or 12月 or before 日前), else the end of a statement."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    inside = (before[-1:].isdigit() and after[:1] in "年月日号季旬个周天底末前") or (
        before[-1:] in ("年", "月", "日", "底", "末")
        and re.match(r"[0-9]{1,2}\s*[月日号]|[底末中下第前]|上[旬半]|[之以]前", after)
    )
    return "" if inside else ";"
