"""From the dates of a phrase to its stages: order, labels, shares of the work."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, pairwise

from bot.domain.deadlines.mentions import Mention
from bot.domain.deadlines.tokens import Figure, Token, Word

BRACKETS = "()[]【】"
LEADING = re.compile(
    r"^(?:其中|并|且|同时|在|于|到|至|自|从|由|请|限|须|应|要|确保|务必|截至|截止到?|最终|[:、,的])+(?=[^\w]|$|[^\W\d])"
)
TRAILING = re.compile(r"(?:在|于|到|至|自|从|由|应|须|要|请|限|截至|截止到?|确保|务必|并|并于|[:、,])+$")
LEFT_OUT = ("soft", "latest")


@dataclass(slots=True)
class Draft:
    """One date of the phrase with the words before and after it; `listed`: joined by 、 to the next."""

    due: date
    text: str
    before: list[Token] = field(default_factory=list)
    after: list[Token] = field(default_factory=list)
    listed: bool = False
    stuck: bool = False  # no mark between it and the date before
    names_year: bool = True
    counted: bool = False  # by a span, not written

    @property
    def label(self) -> str:
        before = TRAILING.sub("", LEADING.sub("", words_of(self.before)))
        label = f"{before}{LEADING.sub('', words_of(self.after))}".replace("()", "").strip(",、:")
        wrapped = re.fullmatch(r"\(([^()]*)\)", label)
        if wrapped and not re.fullmatch(r"[0-9一二三四五六七八九十]+", wrapped[1]):
            return wrapped[1]
        return label if label.strip(BRACKETS) and _balanced(label) else label.strip(BRACKETS)

    @property
    def figure(self) -> Figure | None:
        return next((token for token in [*self.after, *self.before] if isinstance(token, Figure)), None)


@dataclass(frozen=True, slots=True)
class Stage:
    due: date
    quantity: int | None
    label: str


def _balanced(label: str) -> bool:
    return all(label.count(opening) == label.count(closing) for opening, closing in ("()", "[]", "【】"))


def words_of(tokens: Sequence[Token]) -> str:
    """The words of the work among the tokens, without what only colours the date."""
    kept = [t.text for t in tokens if not (isinstance(t, Word) and t.kind in LEFT_OUT) and not isinstance(t, Mention)]
    return "".join(kept)


def build_stages(drafts: Sequence[Draft]) -> list[Stage]:
    """The stages in order of their days, one for each day, with cumulative shares."""
    merged: dict[date, tuple[Figure | None, list[str]]] = {}
    for due, figure, label in sorted(_facts(drafts), key=lambda fact: fact[0]):
        known, labels = merged.get(due, (None, []))
        merged[due] = (known or figure, [*labels, label] if label and label not in labels else labels)
    shares = cumulative([figure for figure, _ in merged.values()])
    return [Stage(due, share, ";".join(merged[due][1])) for due, share in zip(merged, shares, strict=True)]


def _facts(drafts: Sequence[Draft]) -> list[tuple[date, Figure | None, str]]:
    """Day, share and label of every date; 分别完成30%、60%、100% is dealt out over the dates of its list."""
    facts: list[tuple[date, Figure | None, str]] = []
    run: list[Draft] = []
    for draft in drafts:
        run.append(draft)
        if not draft.listed:
            facts += _run_facts(run)
            run = []
    return facts + _run_facts(run) if run else facts


def _run_facts(run: Sequence[Draft]) -> list[tuple[date, Figure | None, str]]:
    last = run[-1]
    figures = [token for token in last.after if isinstance(token, Figure)]
    if len(run) > 1 and len(figures) == len(run):
        verb = words_of(last.after[: last.after.index(figures[0])]).removeprefix("分别")
        return [(draft.due, figure, f"{verb}{figure.text}") for draft, figure in zip(run, figures, strict=True)]
    if len(run) == 1:
        return [(last.due, last.figure, last.label)]
    # One share for several dates says nothing about any one of them.
    return [(draft.due, None, draft.label or last.label.removeprefix("分别")) for draft in run]


def cumulative(figures: Sequence[Figure | None]) -> list[int | None]:
    """Shares of the whole due by each stage.

    Shares that add up to 100 before the last (30 %, 30 %, 40 %) were written per stage and are summed. A whole that
    is due before the last stage is the whole of something smaller (全部完成排查), so it is no share of the work.
    """
    shares = [figure.percent if figure else None for figure in figures]
    stated = [share for share in shares if share is not None]
    falls = any(later < earlier for earlier, later in pairwise(stated))
    if len(stated) > 1 and stated[-1] < 100 and (sum(stated) == 100 or (falls and sum(stated) < 100)):
        total = 0
        for index, share in enumerate(shares):
            if share is not None:
                total += share
                shares[index] = total
    elif stated[-1:] == [100] and sum(stated[:-1]) < 100 and any(a == b for a, b in pairwise(stated[:-1])):
        # One third, one third, the whole: a stage without work of its own is none.
        shares = [*accumulate(share or 0 for share in shares[:-1]), 100] if None not in shares else shares
    return [None if share == 100 and index < len(shares) - 1 else share for index, share in enumerate(shares)]
