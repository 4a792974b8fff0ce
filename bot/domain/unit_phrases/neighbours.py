"""What the tokens around a role word or a name tell of it."""

from collections.abc import Iterator, Sequence

from bot.domain.unit_phrases import vocabulary as words
from bot.domain.unit_phrases.items import NAMES
from bot.domain.unit_phrases.lexer import Token


def description(last: str, after: Sequence[Token]) -> str:
    """What the words after a role word are: "work" 负责清淤, "task" 推进清淤, "text" 配合清淤; "" the object itself."""
    if last in words.TAKES_OBJECT and [token.kind for token in after[:2]] == ["text", "chain"]:
        return ""  # 督促企业落实: the object does the work
    if last in words.DESCRIBES_WORK:
        return "work"
    return "task" if last in words.SETS_TO_WORK else "text"


def run_of_names(tokens: Sequence[Token], at: int) -> list[Token]:
    run = [tokens[at]]
    for token in tokens[at + 1 :]:
        if token.kind not in NAMES:
            break
        run.append(token)
    return run


def name_follows(after: Sequence[Token]) -> bool:
    """Whether a unit comes next, be it after a blank or alone in a bracket: 牵头（市水务局）."""
    coming = next((token for token in after if token.start < token.end), None)
    if coming is None:
        return False
    in_bracket = coming.kind == "bracket" and {token.kind for token in coming.inner} <= {"unit", "group", "soft"}
    return coming.kind in ("unit", "group", "open", "skip") or (in_bracket and bool(names_in(coming.inner)))


def names_in(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(name for token in _flat(tokens) for name in token.names)


def _flat(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.inner)
