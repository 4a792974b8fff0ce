"""Dates as people write them, phrases made of them, and texts made of the words of the field."""

from datetime import date

from hypothesis import strategies as st

DIGITS = "〇一二三四五六七八九"
ZEROS = "〇零○O"
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})

WORKS = (
    "",
    "完成",
    "完成方案编制",
    "建成投运",
    "完成清淤工程",
    "完成3座污水处理厂提标改造",
    "通过验收",
    "完成1号线改造",
)
FRAGMENTS = (
    "2021年", "22年", "12月", "31日", "底前", "末", "前", "之前", "内", "起", "至", "—", "到", "、", "，",
    "；", "（", "）", "1", "３", "十四五", "“", "”", "第三季度", "上半年", "中旬", "国庆节", "春节", "汛期",
    "每月", "每年", "长期坚持", "立行立改", "力争", "完成", "40%", "三分之一", "全部", "分别", "其余",
    "措施（1）", "（2）", "①", "3个月内", "工作日", "半年", "收到", "之日", "批复后", "或", "延期至", "已完成",
    "明年", "本月", "下周五", "2021.12.31", "12/31", "2021-13-40", "二〇二一年", "廿", "卅", "O", "\n", " ",
    "。", "99999999", "0年", "0月", "00", "9999年", "前后", "左右", "不早于", "周", "天", "号", "%", "分之",
    "成", "半", "每", "个", "季",
)  # fmt: skip
# Words of the work that hold no number and no time.
TIMELESS = (
    "整改", "方案", "工程", "污水处理厂", "提标改造", "排查", "整治", "湿地", "保护", "修复", "群众", "反映",
    "问题", "责任", "落实", "加强", "监管", "市水务局", "武清区", "建设", "管网", "达标", "排放", "关停",
    "取缔", "拆除", "，", "；", "。", "、", "（", "）", "和", "的",
)  # fmt: skip


def chinese_digits(number: int, zero: str = "〇") -> str:
    return "".join(DIGITS[int(digit)] for digit in str(number)).replace("〇", zero)


def chinese_count(number: int) -> str:
    """1 to 99 as they are said: 十二, 三十一."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")


@st.composite
def written(draw: st.DrawFn, day: date) -> str:
    """One of the ways to write the day, the year included."""
    y, m, d = day.year, day.month, day.day
    in_digits = chinese_digits(y, draw(st.sampled_from(ZEROS)))
    ways = [
        f"{y}年{m}月{d}日", f"{y}年{m:02}月{d:02}日", f"{y}年{m}月{d}号", f"{y}年{m}月{d}日前", f"{y}年{m}月{d}日之前",
        f"{y}.{m}.{d}", f"{y}.{m:02}.{d:02}", f"{y}-{m:02}-{d:02}", f"{y}-{m}-{d}", f"{y}/{m}/{d}",
        f"{y}/{m:02}/{d:02}", f"{y}{m:02}{d:02}", f"{y}.{m}.{d}日前", f"{y}年{m}月{d}日（含）前",
        f"{in_digits}年{chinese_count(m)}月{chinese_count(d)}日", f"{y}年{chinese_count(m)}月{chinese_count(d)}日以前",
        f"{y}年{m}月{d}日24时前",
    ]  # fmt: skip
    if 2016 <= y <= 2041:
        ways += [f"{y % 100:02}年{m}月{d}日", f"{y % 100:02}.{m}.{d}", f"{y % 100:02}/{m:02}/{d:02}前"]
    if d > 20:
        ways.append(f"{y}年{m}月{('廿' if d < 30 else '卅') + chinese_count(d % 10)}日前")
    return draw(st.sampled_from(ways))


@st.composite
def disguised(draw: st.DrawFn, text: str) -> str:
    """The same words with other widths, and with the spaces that PDF extraction leaves."""
    if draw(st.booleans()):
        text = text.translate(FULL_WIDTH)
    for at in sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)), reverse=True):
        text = text[:at] + draw(st.sampled_from((" ", "　", "\u200b", "\xa0"))) + text[at:]
    return text


@st.composite
def staged(draw: st.DrawFn, days: list[date]) -> str:
    """A phrase in which the days stand in the order given, each with its work."""
    marks = st.sampled_from(("；", "，", "。", ";"))
    parts = [f"{draw(written(day))}{draw(st.sampled_from(WORKS))}" for day in days]
    return draw(marks).join(parts)


jumbles = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12).map("".join)
timeless = st.lists(st.sampled_from(TIMELESS), min_size=1, max_size=12).map("".join)
