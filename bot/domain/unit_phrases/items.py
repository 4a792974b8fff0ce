"""Adjacent tokens put together to the units they mean: 武清区 + 水务局 is the district's own bureau, not two units."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.registry import Registry
from bot.domain.unit_phrases import vocabulary as words
from bot.domain.unit_phrases.lexer import Token
from bot.domain.unit_phrases.source import Source
from bot.domain.unit_phrases.vocabulary import Role

NAMES = ("unit", "group", "open", "text")


@dataclass(slots=True)
class Item:
    """One entry of a list: `names` of units (a group has several), or words to be asked (`ask`)."""

    start: int
    raw: str = ""
    names: tuple[str, ...] = ()
    ask: str = ""
    known: bool = True
    group: bool = False
    rest: bool = False  # 其他各区: the group without those named elsewhere
    local: bool = False  # a district's own bureau: the short names after it are the district's too
    from_text: bool = False  # the words to be asked are no name at all
    person: bool = False
    bureau: bool = False  # a department of the registry, with or without its 市
    stem: str = ""  # the unit that 水务 stands for in 财政、水务等部门
    municipal: bool = False
    roles: tuple[Role, ...] = ()


class Items:
    """Makes items of runs of adjacent name tokens."""

    def __init__(self, source: Source, registry: Registry) -> None:
        self.source = source
        self.registry = registry

    def of(self, run: Sequence[Token], before: Item | None) -> list[Item]:
        """The items of one run; `before` is the entry before it in the same list."""
        kinds = {token.kind for token in run}
        if kinds <= {"unit", "group"}:
            return self._known(run, before)
        if len(run) == 1 and run[0].kind == "open":
            return [Item(run[0].start, ask=self.source.piece(run[0].start, run[0].shown))]
        text = self.source.text[run[0].start : run[-1].end]
        raw = self.source.piece(run[0].start, run[-1].end)
        if words.NOTHING.fullmatch(text) or not any(char.isalpha() for char in text):
            return []
        if kinds == {"text"} and (stem := self._stem(text)):
            return [Item(run[0].start, ask=raw, from_text=True, stem=stem, municipal=text.startswith("市"))]
        if "open" not in kinds and run[0].kind != "group" and words.is_well_formed(text) and not words.is_person(text):
            return [Item(run[0].start, raw, (raw,), known=False, local=any(token.short for token in run))]
        return [Item(run[0].start, ask=raw, from_text=kinds == {"text"}, person=words.is_person(text))]

    def _known(self, run: Sequence[Token], before: Item | None) -> list[Item]:
        found: list[Item] = []
        for token, previous in zip(run, (None, *run), strict=False):
            if token.short and previous is not None and self._is_place(previous):
                found[-1] = self._own_bureau(previous, token)
            elif token.short and (local := found[-1] if found else before) and local.local:
                raw = self.source.piece(token.start, token.end)
                found.append(Item(token.start, raw, (raw,), known=False, local=True))
            else:
                found.append(self._item(token))
        return found

    def _item(self, token: Token) -> Item:
        raw = self.source.piece(token.start, token.end)
        if token.kind == "group":
            return Item(token.start, raw, token.names, group=True, rest=token.firm)
        bureau = self.registry.by_name[token.names[0]].kind == "department"
        return Item(token.start, raw, token.names, bureau=bureau, municipal=self._is_of_the_city(token))

    def _is_of_the_city(self, token: Token) -> bool:
        return not token.short and self.registry.by_name[token.names[0]].kind in ("department", "party")

    def _is_place(self, token: Token) -> bool:
        return token.kind == "group" or self.registry.by_name[token.names[0]].kind == "district"

    def _own_bureau(self, place: Token, bureau: Token) -> Item:
        raw = self.source.piece(place.start, bureau.end)
        if place.kind == "group":
            return Item(place.start, ask=raw, local=True)
        return Item(place.start, raw, (raw,), known=False, local=True)

    def _stem(self, text: str) -> str:
        body = text.removesuffix("部门")
        return self.registry.stems.get(body) or self.registry.stems.get(body.removeprefix("市"), "")

    def rejoined(self, tokens: Sequence[Token]) -> list[Token]:
        """住房 和 城乡建设委 is one name whose 和 parted it, and so is 某某（集团）有限公司."""
        found: list[Token] = []
        for token in tokens:
            found.append(token)
            while len(found) > 2 and (joined := self._joined(*found[-3:])):
                found[-3:] = [joined]
        return found

    def _joined(self, left: Token, middle: Token, right: Token) -> Token | None:
        text = self.source.text[left.start : right.end]
        adjacent = left.end == middle.start and middle.end == right.start and middle.start < middle.end
        if not adjacent or not (right.kind == "text" or right.short):
            return None
        first = self.source.text[left.start : left.end]
        if middle.kind == "bracket" and left.kind in ("text", "unit") and right.kind == "text":
            plain = all(token.kind == "text" for token in middle.inner)
            return Token("text", left.start, right.end) if plain and words.is_well_formed(text) else None
        if middle.kind != "soft" or left.kind != "text" or not self.source.text[middle.start : middle.end].isalpha():
            return None
        one_name = self._stem(text) or words.is_well_formed(text)
        apart = words.is_well_formed(first) or words.is_person(first) or (self._stem(first) and not self._stem(text))
        if not one_name or apart or first.endswith(("部门", "单位", "企业")):
            return None
        return Token("text", left.start, right.end, short=right.short)
