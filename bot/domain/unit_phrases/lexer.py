"""The phrase cut into tokens: names, role words, separators, brackets, exclusions."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.registry import Registry, place_tail_end
from bot.domain.unit_phrases import vocabulary as words
from bot.domain.unit_phrases.source import Source

Kind = Literal[
    "unit", "group", "open", "text", "soft", "comma", "strong", "chain", "joint", "label", "person", "bracket",
    "etc", "count", "except", "skip",
]  # fmt: skip

_PUNCTUATION: dict[str, Kind] = {
    **dict.fromkeys("、/+&~\\()-—–=", "soft"),
    **dict.fromkeys(",:", "comma"),
    **dict.fromkeys(";.!?", "strong"),
}
_PLACES = ("区", "县", "区县", "地区")
_OFFICE_ALONE = re.compile(r"[区县](?:党委|委|人民政府|政府)")
_DEEPEST = 4  # brackets within brackets; deeper ones only part words
_CONJUNCTION = re.compile(r"以及|暨|和|及|与")
_ORDINAL = re.compile(
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[.、)]|\)[.、]?)(?!\d)|\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the phrase from `start` to `end`.

    `names`: the units it stands for; `said`: the role words of a chain or label; `firm`: a label with a colon, a group
    that means the rest (其他各区), 等部门; `shown`: where the part that must be asked ends (各有关区, not 党委和政府);
    `number`: of a list that counts itself out (等6个区); `people`: a label that announces persons beside units;
    `inner`: what stands in a bracket.
    """

    kind: Kind
    start: int
    end: int
    names: tuple[str, ...] = ()
    said: str = ""
    firm: bool = False
    shown: int = 0
    number: int = 0
    short: bool = False
    people: bool = False
    inner: tuple["Token", ...] = ()


class Lexer:
    """Cuts one phrase. Names of the registry come before role words: 市委组织部 and 市场监管委 hold some."""

    def __init__(self, source: Source, registry: Registry) -> None:
        self.source = source
        self.text = source.text
        self.registry = registry
        self.depth = 0

    def tokens(self, start: int, end: int) -> list[Token]:
        """Everything between two positions; what is no known token is `text`."""
        found: list[Token] = []
        run = at = start
        while at < end:
            gap = self.source.gaps.get(at) if at > start else None
            token = self._gap_before(at, gap, found) or self._token_at(at, end, fresh=run == at)
            if token is None:
                at += 1
                continue
            if run < at:
                found.append(Token("text", run, at))
            found.append(token)
            run = at = token.end
        if run < end:
            found.append(Token("text", run, end))
        return found

    def _stop(self, at: int, end: int) -> int:
        """Where the words that begin at `at` must end: role words do not run on over a blank or a line break."""
        return min((gap for gap in self.source.gaps if at < gap < end), default=end)

    def _gap_before(self, at: int, gap: str | None, found: list[Token]) -> Token | None:
        if gap is None or (found and found[-1].end == at and found[-1].start == at):
            return None
        return Token("strong" if gap == "\n" else "soft", at, at)

    def _token_at(self, at: int, end: int, *, fresh: bool) -> Token | None:
        char = self.text[at]
        if fresh and (ordinal := _ORDINAL.match(self.text, at, end)):
            return Token("strong", at, ordinal.end())
        if fresh and (nobody := words.NOBODY.match(self.text, at, end)):
            return Token("skip", at, nobody.end())
        if char == "(" and self.depth < _DEEPEST:
            return self._bracket(at, end)
        if char in _PUNCTUATION:
            return Token(_PUNCTUATION[char], at, at + 1)
        token = self._label(at, end, firm=True) or (self._excluded(at, end) if fresh else None)
        token = token or self._name(at, end, fresh=fresh)
        return token or self._listing(at, end, fresh=fresh) or self._role(at, end, fresh=fresh)

    def _bracket(self, at: int, end: int) -> Token:
        depth = 0
        for close in range(at, end):
            depth += {"(": 1, ")": -1}.get(self.text[close], 0)
            if depth == 0:
                self.depth += 1
                inner = tuple(self.tokens(at + 1, close))
                self.depth -= 1
                return Token("bracket", at, close + 1, inner=inner)
        return Token("soft", at, at + 1)

    def _label(self, at: int, end: int, *, firm: bool) -> Token | None:
        stop = self._stop(at, end)
        if firm and (person := words.PERSON_LABEL.match(self.text, at, stop)):
            return Token("person", at, person.end())
        label = words.LABEL.match(self.text, at, stop)
        if label and firm == bool(label["colon"] or label["bare"]):
            return Token("label", at, label.end(), said=label["words"], firm=firm, people=bool(label["person"]))
        return None

    def _excluded(self, at: int, end: int) -> Token | None:
        """除和平区外各区, 其他各区, 不含市内六区: names taken away, and the group they are taken from if it follows."""
        if rest := words.REST.match(self.text, at, end):
            group = self._group(rest.end(), end)
            return replace(group, start=at, firm=True) if group else None
        start = words.EXCLUDING.match(self.text, at, end)
        if start is None and "外" not in self.text[at:end]:
            return None
        names, here = self._names_until_outside(start.end() if start else at, end)
        outside = words.OUTSIDE.match(self.text, here, end)
        if not names or not (start or (outside and len(outside[0].rstrip("的,")) == 2)):
            return None
        if outside:
            after = outside.end()
            rest = words.REST.match(self.text, after, end)
            group = self._group(rest.end() if rest else after, end)
            if group:
                return replace(group, start=at, names=tuple(name for name in group.names if name not in names))
            here = after
        return Token("except", at, here, names=tuple(names))

    def _names_until_outside(self, at: int, end: int) -> tuple[list[str], int]:
        names: list[str] = []
        here = at
        while at < end:
            token = self._name(at, end, fresh=True)
            if token is not None and token.names:
                names += token.names
                at = here = token.end
            elif words.OUTSIDE.match(self.text, at, end):
                return names, at
            elif self.text[at] in "、/" or _CONJUNCTION.match(self.text, at, end):
                at += 1
            else:
                break
        return names, here

    def _group(self, at: int, end: int) -> Token | None:
        """A group's name, or 各区 / 15个区 / 区 after 其他 and 除…外."""
        token = self._name(at, end, fresh=True) if at < end else None
        if token is not None and token.kind == "group":
            return token
        plain = words.DISTRICTS.match(self.text, at, end)
        if plain is None:
            return None
        after = min(end, place_tail_end(self.text, plain.end()))
        return Token("group", at, after, names=self.registry.districts)

    def _name(self, at: int, end: int, *, fresh: bool) -> Token | None:
        open_ = words.OPEN.match(self.text, at, self._stop(at, end)) if fresh else None
        known = self.registry.longest_at(self.text, at)
        if known is not None and (fresh or len(known) > 2) and not (open_ and open_.end() - at > len(known)):
            return self._known(known, at, at, end)
        every = words.EVERY.match(self.text, at, end) if fresh else None
        known = self.registry.longest_at(self.text, every.end()) if every and every.end() < end else None
        if every is not None and known is not None and self.registry.lexicon[known].is_group:
            return self._known(known, at, every.end(), end)
        return self._open(at, open_, end) if fresh else None

    def _known(self, known: str, start: int, at: int, end: int) -> Token:
        written = self.registry.lexicon[known]
        after = min(end, self.registry.tail_end(self.text, known, at + len(known)))
        return Token("group" if written.is_group else "unit", start, after, names=written.names, short=written.short)

    def _open(self, at: int, open_: re.Match[str] | None, end: int) -> Token | None:
        if open_ is not None:
            # The office after it (各有关区党委和政府) is not part of what must be asked.
            after = place_tail_end(self.text, open_.end()) if open_[0].endswith(_PLACES) else open_.end()
            return Token("open", at, min(end, after), shown=open_.end())
        if _OFFICE_ALONE.match(self.text, at, end):  # 区委、区政府 of a district that is not named
            after = min(end, place_tail_end(self.text, at))
            if after == end or not self.text[after].isalpha() or words.CHAIN.match(self.text, after, end):
                return Token("open", at, after, shown=after)
        return None

    def _listing(self, at: int, end: int, *, fresh: bool) -> Token | None:
        """等部门, 等6个区, 四区 after 东丽、西青、津南、北辰."""
        before = self.text[at - 1 : at]
        if before and before not in "高中初同平优" and (etc := words.ETC.match(self.text, at, end)):
            after = place_tail_end(self.text, etc.end()) if etc["noun"] in _PLACES else etc.end()
            firm = etc["noun"] == "部门"
            return Token("etc", at, min(end, after), shown=etc.end(), number=_count(etc["number"]), firm=firm)
        count = words.COUNT.match(self.text, at, end) if fresh else None
        if count is None:
            return None
        after = min(end, place_tail_end(self.text, count.end()))
        return Token("count", at, after, shown=count.end(), number=_count(count["number"]))

    def _role(self, at: int, end: int, *, fresh: bool) -> Token | None:
        if joint := words.JOINT.match(self.text, at, end):
            after = self._name(joint.end(), end, fresh=True) if joint.end() < end else None
            if after is not None or joint[0].endswith("会同"):
                return Token("joint", at, joint.end())
        stop = self._stop(at, end)
        if as_label := words.AS_LABEL.match(self.text, at, stop):
            return Token("chain", at, as_label.end(), said=as_label["words"])
        if label := self._label(at, end, firm=False):
            return label
        if chain := words.CHAIN.match(self.text, at, stop):
            return Token("chain", at, chain.end(), said=chain[0])
        if fresh and (leading := words.LEADING.match(self.text, at, end)):
            return Token("skip", at, leading.end())
        conjunction = _CONJUNCTION.match(self.text, at, end)
        return Token("soft", at, conjunction.end()) if conjunction else None


_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}


def _count(text: str | None) -> int:
    """6, 六, 十六, 二十 as a number; 0 when nothing is said."""
    if not text:
        return 0
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
