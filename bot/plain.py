"""Words for people as plain lines: what the command line and `duban doctor` print."""

import re
from html import unescape

from bot.domain.refusal import Refusal
from bot.words import say

_TAGS = re.compile(r"<[^>]+>")


def plain(html: str) -> str:
    return unescape(_TAGS.sub("", html))


def refusal_line(locale: str, refusal: Refusal) -> str:
    """A refusal in one line."""
    facts = {"own": [], "understood": "", "command": "", **refusal.facts}
    return " ".join(plain(say(locale, f"refusal.{refusal.reason}", **facts)).split())
