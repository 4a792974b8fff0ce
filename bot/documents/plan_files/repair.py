"""A document that went through a bad converter becomes what it was: "網(wǎng)訊, 督(dū)察" is read as "网讯, 督察".

Such converters write traditional characters and put the reading of a character in brackets after it. Taken out are
readings only: a bracket with tone marks, or one that begins as the character before it is read (公顷（ha） stays). A
document that shows no such damage is not touched: official wording is kept verbatim, also one learned gloss in it.

繁→简 is done by OpenCC (opencc-python-reimplemented, t2s), loaded only for such a document: 10 ms and 1 MB, then 1.8 µs
a character (measured; 100,000 characters 0.2 s, in the child process). It looks up phrases before characters (乾坤
stays, 乾淨 becomes 干净), which a table of characters alone cannot; the C++ binding would be faster still, but is a
compiled wheel for one rare document. Of the 3,755 characters of GB 2312's first level all but 乾 come back (tested).
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

_LATIN = "A-Za-zａ-ｚ\u00c0-\u01dc\u0250-\u0261\u0300-\u030c\u0308"
_BRACKETS = re.compile(f"(?<=[\u3400-\u9fff\uf900-\ufaff])[ \u3000]*[(（]([ \u3000'’1-5{_LATIN}]{{1,24}})[)）]")
# Letters of the phonetic alphabet that typesetters use for pinyin, and ways to write ü.
_LETTERS = str.maketrans({"ɡ": "g", "ɑ": "a", "’": "'", "v": "ü"})
_TONES = "\u0304\u0301\u030c\u0300"
_SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ong|ian|iao|ing|uai|uan|üan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|üe|ün|a|o|e|i|u|ü)"
)
_READING = re.compile(f"(?:{_SYLLABLE}[ ']*)+")
_ONE = re.compile(f"({_SYLLABLE})[1-5]?")
# The first level of GB 2312 stands in the order of its readings: these are the first characters of each letter.
_FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
_INITIALS = "abcdefghjklmnopqrstwxyz"
_STARTS = [char.encode("gb2312") for char in _FIRST]
_END_OF_FIRST_LEVEL = "座".encode("gb2312")
# Another form of the same character (⽔ for 水), as some programs export it.
_FORMS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
# Units of measure that could be readings, as they stand in plans: 公顷（ha）, 亩（mu）. Taken out only with a tone.
_MEASURES = frozenset({"ha", "mu", "pa"})
_FEWEST = 2  # different characters with their reading: one alone may be a gloss of the author's
_FOREIGN = 0.1  # of a text's characters: simplified texts have hardly any that GB 2312 lacks


class Repair:
    """What a document as a whole needs; `forms`: some characters stand in another form;
    `readings` and `simplified` count what was mended so far."""

    def __init__(self, texts: Iterable[str]) -> None:
        distinct = set(texts)
        read = {
            text[found.start() - 1] for text in distinct for found in _BRACKETS.finditer(text) if _is_reading(found)
        }
        often = Counter("\n".join(distinct))
        han = sum(count for char, count in often.items() if "\u3400" <= char <= "\u9fff")
        foreign = sum(count for char, count in often.items() if "\u3400" <= char <= "\u9fff" and _traditional(char))
        self.forms = any(_FORMS.match(char) for char in often)
        self.needed = len(read) >= _FEWEST or (bool(read) and foreign > 0) or foreign >= max(5, han * _FOREIGN)
        self.readings = self.simplified = 0
        self._mended: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text as it was; unchanged, but for other forms of the same character, where no repair is needed."""
        if text not in self._mended:
            self._mended[text] = self._mend(text)
        return self._mended[text]

    def _mend(self, text: str) -> str:
        text = _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form.group()), text)
        if not self.needed or not text:
            return text
        bare = _BRACKETS.sub(self._taken_out, text)
        plain = _simplifier()(_WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide.group()), bare))
        self.simplified += sum(before != after for before, after in zip(bare, plain, strict=False))
        return plain

    def _taken_out(self, found: re.Match[str]) -> str:
        if not _is_reading(found):
            return found.group()
        self.readings += 1
        return ""


def _is_reading(found: re.Match[str]) -> bool:
    """The bracket holds how the characters before it are read."""
    spread = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", found.group(1)).translate(_LETTERS)).strip()
    letters = unicodedata.normalize("NFC", "".join(char for char in spread if char not in _TONES))
    if any(char in _TONES for char in spread):
        return _READING.fullmatch(letters.lower()) is not None
    one = _ONE.fullmatch(letters)
    return one is not None and letters not in _MEASURES and _initial(found.string[found.start() - 1]) == letters[0]


@cache
def _initial(char: str) -> str:
    """The first letter of the character's reading; "" for a rare one."""
    try:
        code = _simplifier()(char).encode("gb2312")
    except UnicodeEncodeError:
        return ""
    return _INITIALS[bisect_right(_STARTS, code) - 1] if _STARTS[0] <= code <= _END_OF_FIRST_LEVEL else ""


@cache
def _traditional(char: str) -> bool:
    # GB 2312 holds simplified characters only, so hardly any text needs the dictionary for this.
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return _simplifier()(char) != char
    return False


@cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
