"""Long texts in Telegram's HTML: measured as Telegram measures, cut at paragraph ends, no tag ever cut in two."""

import re
from html import unescape

# core.telegram.org/bots/api: lengths are counted in UTF-16 units, after the tags and entities have been read.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_TOKEN = re.compile(r"<[^<>]*>|&#?\w+;|\n|[^<&\n]+|[<&]")
_TAG_NAME = re.compile(r"</?\s*([a-zA-Z-]+)")


def units(text: str) -> int:
    """UTF-16 units of plain text."""
    return len(text.encode("utf-16-le")) // 2


def plain(html: str) -> str:
    """The same text without its tags."""
    return unescape(re.sub(r"<[^<>]*>", "", html))


def length(html: str) -> int:
    return units(plain(html))


def split(html: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Parts of at most `limit` units, each with its tags balanced, cut at ends of paragraphs where there are any."""
    if length(html) <= limit:
        return [html]
    parts = _Parts(limit)
    for paragraph in re.split(r"(?<=\n)", html):
        if length(paragraph.rstrip("\n")) > parts.room and parts.used:
            parts.cut()
        for token in _TOKEN.findall(paragraph):
            parts.add(token)
    parts.cut()
    return parts.done


class _Parts:
    """The part being filled: its text so far, the tags open in it and how many units are used."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.done: list[str] = []
        self.used = 0
        self._open: list[str] = []
        self._text: list[str] = []

    @property
    def room(self) -> int:
        return self.limit - self.used

    def add(self, token: str) -> None:
        if len(token) > 1 and token[0] == "<":
            self._add_tag(token)
        elif token[0] == "&":
            self._add_text(token, units(unescape(token)))
        elif token == "\n" and not self.room:
            self.cut()
        else:
            while units(token) > self.room:
                head = _fitting(token, self.room)
                self._add_text(head, units(head))
                token = token[len(head) :]
                self.cut()
            self._add_text(token, units(token))

    def cut(self) -> None:
        """Ends the part: closes what is open in it, and opens the same again in the next."""
        text = "".join(self._text).rstrip("\n")
        if self.used and plain(text).strip():
            closing = "".join(f"</{_name(tag)}>" for tag in reversed(self._open))
            self.done.append(text.lstrip("\n") + closing)
        self._text = list(self._open)
        self.used = 0

    def _add_text(self, text: str, size: int) -> None:
        if size > self.room:
            self.cut()
        self._text.append(text)
        self.used += size

    def _add_tag(self, tag: str) -> None:
        self._text.append(tag)
        if not tag.startswith("</"):
            self._open.append(tag)
        elif self._open:
            self._open.pop()


def _name(tag: str) -> str:
    found = _TAG_NAME.match(tag)
    return found.group(1) if found else ""


def _fitting(text: str, room: int) -> str:
    """The longest beginning of the text that fits, to the end of a sentence or word if there is one near."""
    # A character takes two units at most, so this never cuts one in half.
    end, used = 0, 0
    while end < len(text) and used + units(text[end]) <= room:
        used += units(text[end])
        end += 1
    near = max(text.rfind(mark, end * 3 // 4, end) for mark in "。；，;, ")
    return text[: near + 1] if near > 0 else text[:end]
