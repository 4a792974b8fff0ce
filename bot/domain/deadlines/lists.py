"""Dates that are listed together: 2022年6月、12月底前, 2021—2023年分别完成40%、70%、100%."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.deadlines.mentions import Mention
from bot.domain.deadlines.points import Point
from bot.domain.deadlines.tokens import Figure, Token, Word

JOINTS = ("、", "/", "和", "及", "与", "以及")
LONGEST_WINDOW = 10  # years that a list of shares is dealt out over
DEALT_OUT = re.compile(r",?(?:各区|每年)?(?:分别|依次)")


def years_apart(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a window of years that shares are dealt out over as the list of its years."""
    apart: list[Token] = []
    for index, token in enumerate(tokens):
        years = list(_years_of(token)) if isinstance(token, Mention) else []
        following = "".join(one.text for one in tokens[index + 1 : index + 4])
        figures = [one for one in tokens[index:] if isinstance(one, Figure)]
        if years and DEALT_OUT.match(following) and len(figures) == len(years):
            for year in years:
                apart += [year, Word("mark", "、")]
            apart.pop()
        else:
            apart.append(token)
    return apart


def _years_of(window: Mention) -> Iterator[Mention]:
    """Its years one by one, where both its ends are whole years."""
    first, last = window.opening.year if window.opening else None, window.point.year
    whole = window.opening == Point(year=first) and window.point == Point(year=last)
    if first and last and whole and 0 < last - first < LONGEST_WINDOW:
        for year in range(first, last + 1):
            yield replace(window, point=Point(year=year), opening=None)


def share_edges(tokens: Sequence[Token]) -> tuple[list[Token], set[int]]:
    """The tokens with 底前 shared over lists (2022年6月、12月底前), and the places that are joined to a next date."""
    shared = list(tokens)
    joined: set[int] = set()
    for index in range(len(shared) - 3, -1, -1):
        first, joint, second = shared[index : index + 3]
        if isinstance(first, Mention) and isinstance(joint, Word) and isinstance(second, Mention):
            if joint.text not in JOINTS:
                continue
            joined |= {index, index + 1}
            if first.bare and not second.opening and second.side not in ("start", "after"):
                shared[index] = first.with_edge_of(second)
    return shared, joined
