"""Who does what: lists of units bound to the role words around them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.registry import Registry, place_tail_end
from bot.domain.unit_phrases import vocabulary as words
from bot.domain.unit_phrases.items import NAMES, Item, Items
from bot.domain.unit_phrases.lexer import Lexer, Token
from bot.domain.unit_phrases.neighbours import description, name_follows, names_in, run_of_names
from bot.domain.unit_phrases.source import read_source
from bot.domain.unit_phrases.vocabulary import Role


@dataclass(slots=True)
class Clause:
    """One list of units between two commas, with what is said about it.

    `label`: the roles of the label it stands under (牵头单位：…); `roles`: those of its own role word (…牵头);
    `partners`: the units after 会同; `strong`: parted from the clause before by more than a comma.
    """

    label: tuple[Role, ...] = ()
    strong: bool = True
    first_of_label: bool = False
    items: list[Item] = field(default_factory=list)
    partners: list[Item] = field(default_factory=list)
    joint: bool = False
    roles: tuple[Role, ...] = ()
    weak: bool = False
    departments: bool = False


class Reader:
    """Walks the tokens once and leaves clauses; `bot.domain.unit_phrases.reading` gives each its roles."""

    def __init__(self, raw: str, registry: Registry) -> None:
        self.source = read_source(raw)
        self.registry = registry
        self.items = Items(self.source, registry)
        self.clauses: list[Clause] = []
        self.current = Clause()
        self.label: tuple[Role, ...] = ()
        self.local = False  # the label is a bare role word before its list: 牵头 市水务局
        self.labelled = False
        self.persons = False  # within 责任人：…
        self.persons_named = False
        self.describing = ""  # after a role word: what is done, not who does it (see description)
        self.role_end = -1  # where the last role word ended
        self.without: tuple[str, ...] = ()
        self.last: Item | None = None

    def read(self) -> "Reader":
        """Fill `clauses`."""
        tokens = Lexer(self.source, self.registry).tokens(0, len(self.source.text))
        self._walk(tokens)
        self._close(strong=True)
        return self

    def says_only_how(self) -> bool:
        """按职责分工负责, 加强组织领导: words of doing, and nobody who does it."""
        return bool(words.CHAIN.search(self.source.text)) and not words.NOBODY.search(self.source.text)

    def _walk(self, tokens: Sequence[Token]) -> None:
        tokens = self.items.rejoined(tokens)
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.kind in NAMES:
                run = run_of_names(tokens, at)
                passed = at > 0 and self._says_no_unit(tokens[at - 1], run)
                at += len(run)
                if not passed:
                    self._list(run)
                continue
            at += 1
            self._mark(token, tokens[at:], tokens[at - 2] if at > 1 else None)

    def _mark(self, token: Token, after: Sequence[Token], before: Token | None) -> None:
        match token.kind:
            case "strong" | "comma":
                self._close(strong=token.kind == "strong")
                self.persons_named |= self.source.text[token.start : token.end] == ":"  # 市水务局：张三
            case "label":
                self._enter_label(token, after)
            case "person":
                self._close(strong=True)
                self.persons = self.persons_named = True
            case "soft" if token.start == self.role_end and token.start < token.end:
                self.describing = ""  # …牵头、某某局…: the list goes on before anything was described
            case "chain" if self.describing and before is not None and before.kind == "text":
                pass  # 负责工程监管: a word of the description
            case "chain":
                self._role_word(token, after)
                self.role_end = token.end
            case "joint":
                self.current.joint = True
            case "bracket":
                self._bracket(token, after, before)
            case "etc" | "count":
                self._and_so_on(token)
            case "except":
                self._take_away(token, after)

    def _says_no_unit(self, before: Token, run: Sequence[Token]) -> bool:
        """各区（和平区除外）人民政府: the office of the place before the bracket; 静海区政府 张三: its person."""
        text = self.source.text[run[0].start : run[-1].end]
        if len(run) > 1 or run[0].kind != "text":
            return False
        if before.kind == "bracket":
            return place_tail_end(text, 0) == len(text)
        after_a_blank = before.start == before.end and self.last is not None and bool(self.last.names)
        return after_a_blank and words.is_person(text) and not words.ends_like_a_unit(text)

    # Lists

    def _list(self, run: Sequence[Token]) -> None:
        if self.persons:
            return
        side = self.current.partners if self.current.joint else self.current.items
        for item in self.items.of(run, side[-1] if side else None):
            self._add(item, side)

    def _add(self, item: Item, side: list[Item]) -> None:
        if item.person and (self.persons_named or self.describing):
            return
        if self.describing and (item.from_text or (item.ask and not item.group and not item.names and item.local)):
            return
        if self.describing == "work" and item.names and not item.known:
            return
        if item.group and self.without:
            item.names = tuple(name for name in item.names if name not in self.without)
            self.without = ()
        side.append(item)
        self.last = item

    def _close(self, *, strong: bool) -> None:
        if self.current.items or self.current.partners or self.current.joint:
            self.clauses.append(self.current)
        if strong and self.local:
            self.label, self.local = (), False
        empty = not (self.current.items or self.current.partners)
        strong = strong or (self.current.strong and empty)
        self.current = Clause(self.label, strong, first_of_label=self.current.first_of_label and empty)
        self.persons = False
        self.describing = ""

    # Role words

    def _enter_label(self, token: Token, after: Sequence[Token]) -> None:
        if not token.firm and not name_follows(after):
            if self.current.items:
                self._bind(words.roles_of(token.said), weak=False)
            else:
                self._list([Token("text", token.start, token.end)])
            return
        self._close(strong=True)
        self.persons_named |= token.people
        self.label, self.local, self.labelled = words.roles_of(token.said), False, True
        self.current = Clause(label=self.label, first_of_label=True)

    def _role_word(self, token: Token, after: Sequence[Token]) -> None:
        named = name_follows(after)
        has_object = bool(after) and after[0].kind in ("unit", "group", "open")
        roles = words.roles_of(token.said, has_object=has_object) or ("responsible",)
        weak = words.is_weak(token.said) and roles == ("responsible",)
        last = words.last_word(token.said)
        if self.current.items or self.current.partners:
            if self.local and self.current.label and named:
                self._enter_prefix(roles)
                return
            self._bind(roles, weak=weak)
        else:
            self._role_word_alone(roles, last, weak=weak, named=named)
        self.describing = description(last, after)

    def _role_word_alone(self, roles: tuple[Role, ...], last: str, *, weak: bool, named: bool) -> None:
        """A role word without a list before it: of the clause before (…，按职责分工负责), or of the list after it."""
        before = self.clauses[-1] if self.clauses and not self.current.strong else None
        if self.current.joint:
            return
        if before is not None and not before.roles and not named and not before.label:
            before.roles, before.weak = roles, weak
        elif before is not None and before.roles and (last in words.TAKES_OBJECT or not named):
            if not weak and not (named and last in words.SETS_TO_WORK):
                self.clauses.append(Clause(strong=False, items=before.items, roles=roles))
        elif named and last not in words.SETS_TO_WORK:
            self._enter_prefix(roles)

    def _enter_prefix(self, roles: tuple[Role, ...]) -> None:
        self._close(strong=True)
        self.label, self.local = roles, True
        self.current = Clause(label=roles, first_of_label=True)

    def _bind(self, roles: tuple[Role, ...], *, weak: bool) -> None:
        self.current.roles, self.current.weak = roles, weak
        self.clauses.append(self.current)
        if self.local:
            self.label, self.local = (), False
        self.current = Clause(label=self.label, strong=False)

    # Brackets, 等, exceptions

    def _bracket(self, token: Token, after: Sequence[Token], before: Token | None) -> None:
        inner = self.items.rejoined(token.inner)
        text = self.source.text[token.start + 1 : token.end - 1]
        kinds = {one.kind for one in inner}
        if self.persons or not inner or text.startswith("原") or words.says_nothing_of_units(text):
            return
        if "except" in kinds or words.EXCLUDED.search(text):
            self._take_away(Token("except", token.start, token.end, names=names_in(inner)), ())
        elif kinds <= {"chain", "label", "skip", "soft", "comma"}:
            together = text.startswith(words.TOGETHER)
            self._role_in_bracket(words.roles_of(text), after, before, together=together)
        elif kinds & {"chain", "label", "person"}:
            self._aside(inner)
        elif place_tail_end(text, 0) < len(text) and not kinds <= {"count"}:
            self._enumerated(inner)

    def _role_in_bracket(
        self, roles: tuple[Role, ...], after: Sequence[Token], before: Token | None, *, together: bool
    ) -> None:
        """蓟州区政府（主责） belongs to the unit before it, （共同牵头） to its list, （牵头）市水务局 to the next."""
        follows = before is not None and before.kind in (*NAMES, "chain", "bracket", "count", "etc")
        if roles and (self.local or not follows) and name_follows(after):
            self._enter_prefix(roles)
        elif roles and together:
            for item in self.current.items:
                item.roles = item.roles or roles
        elif roles and self.last is not None:
            self.last.roles = roles

    def _aside(self, inner: Sequence[Token]) -> None:
        """武清区（市水务局督导）: a sentence of its own, after which the list goes on."""
        outer, label, local, describing = self.current, self.label, self.local, self.describing
        self.label, self.local, self.describing = (), False, ""
        self.current = Clause()
        self._walk(inner)
        self._close(strong=True)
        self.current, self.label, self.local, self.describing = outer, label, local, describing

    def _enumerated(self, inner: Sequence[Token]) -> None:
        """有关区（武清区、宝坻区）: the bracket names who was left open; of a group it names which."""
        outer, last = self.current, self.last
        self.current = Clause()
        self._walk(inner)
        named, self.current = self.current.items, outer
        known = [name for item in named for name in item.names]
        named = [item for item in named if not (item.from_text and words.is_mere_note(item.ask))]
        side = outer.partners if outer.joint else outer.items
        if known and last is not None and last in side and last.ask:
            side.remove(last)
        elif known and last is not None and last.group and set(known) <= set(last.names):
            last.names, named = tuple(known), []
        side.extend(named)

    def _and_so_on(self, token: Token) -> None:
        """等部门 leaves a list open; 等2个区 after two districts closes it."""
        listed = sum(len(item.names) for item in self.current.items + self.current.partners)
        self.current.departments |= token.firm
        if self.persons or (token.number and token.number == listed):
            return
        if token.kind == "count" and self.describing:
            return
        shown = self.source.piece(token.start, token.shown or token.end)
        self._add(Item(token.start, ask=shown), self.current.partners if self.current.joint else self.current.items)

    def _take_away(self, token: Token, after: Sequence[Token]) -> None:
        coming = next((one.kind for one in after if one.kind not in ("soft", "comma", "skip")), "")
        groups = [item for clause in (*self.clauses, self.current) for item in clause.items if item.group]
        if coming == "group":
            self.without = token.names
        elif groups:
            groups[-1].names = tuple(name for name in groups[-1].names if name not in token.names)
        else:
            ask = self.source.piece(token.start, token.end).strip("()（）")
            self._add(Item(token.start, ask=ask), self.current.items)
