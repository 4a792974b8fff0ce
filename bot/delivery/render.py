"""A message's row becomes calls of the Bot API: words found, buttons made, long texts cut. Pure but for the words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from bot.delivery.long_text import CAPTION_LIMIT, length, plain, split
from bot.documents.board import board_png
from bot.documents.pairs import side_by_side
from bot.store.outbox import Letter

MOST_PARTS = 4
ANSWER_LIMIT = 200
PLACEHOLDER_LIMIT = 64
MOST_IN_ALBUM = 10


class Words(Protocol):
    """The words of one locale (bot.words.Catalogue)."""

    def say(self, key: str, facts: Mapping[str, Any]) -> str: ...

    def has(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send along: from the data folder, or its bytes."""

    name: str
    path: Path | None = None
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API. `instead`: what to call if the message to rewrite, or the topic, is gone."""

    method: str
    parameters: dict[str, Any] = field(default_factory=dict)
    instead: "Call | None" = None


# Methods whose picture is made before it is said.
PREPARED = frozenset({"pair", "board"})


class BadMessage(Exception):
    """The row cannot be made into a message; the reason is for the log."""


class Renderer:
    """Makes calls out of rows. `words` gives a locale's catalogue, `data` is the folder files are sent from;
    `rehearsal` marks every text as not in earnest.
    """

    def __init__(self, words: Callable[[str], Words], data: Path, *, rehearsal: bool = False) -> None:
        self._words = words
        self._data = data.resolve()
        self._rehearsal = rehearsal
        self._methods: dict[str, Callable[[Letter], list[Call]]] = {
            "send": self._send,
            "edit": self._edit,
            "markup": self._markup,
            "answer": self._answer,
            "photo": lambda row: self._file(row, "sendPhoto", "photo"),
            "document": lambda row: self._file(row, "sendDocument", "document"),
            "album": self._album,
            "pair": self._pair,
            "board": self._board,
            "text_file": lambda row: [self._as_file(row, self._text(row))],
            "pin": lambda row: [Call("pinChatMessage", self._target(row) | {"disable_notification": True})],
            "delete": lambda row: [Call("deleteMessage", self._target(row))],
            "action": lambda row: [Call("sendChatAction", self._chat(row) | {"action": row.facts["action"]})],
            "commands": lambda row: [Call("setMyCommands", dict(row.facts))],
        }

    def calls(self, row: Letter) -> list[Call]:
        """The calls that say this message, in order. Raises BadMessage when it cannot be said."""
        try:
            return self._methods[row.method](row)
        except BadMessage:
            raise
        except Exception as error:
            # Words and facts meet only here; whatever they disagree about costs this one message.
            raise BadMessage(f"{row.method} {row.kind}: {type(error).__name__}: {error}") from error

    def prepare(self, row: Letter) -> None:
        """Makes what is no word and takes long, a picture of method PREPARED. Call it in a thread."""
        file, draw = {"pair": (self._pair_file, self._draw_pair), "board": (self._board_file, self._draw_board)}[
            row.method
        ]
        made = self._data / file(row)
        if made.is_file():
            return
        content = draw(row)
        if content is not None:
            made.parent.mkdir(parents=True, exist_ok=True)
            half = made.with_suffix(f".{row.id}")
            half.write_bytes(content)
            half.replace(made)

    def _draw_pair(self, row: Letter) -> bytes | None:
        days = [date.fromisoformat(day) for day in row.facts["days"]]
        return side_by_side([self._data / file for file in row.facts["files"]], days)

    def _draw_board(self, row: Letter) -> bytes | None:
        return board_png(row.locale, row.facts)

    @staticmethod
    def _board_file(row: Letter) -> str:
        return f"papers/board-{row.id}.png"

    def _board(self, row: Letter) -> list[Call]:
        return self._picture(row, self._board_file(row), "message.board_lost")

    @staticmethod
    def _pair_file(row: Letter) -> str:
        names = [Path(file).name[:16] + day for file, day in zip(row.facts["files"], row.facts["days"], strict=True)]
        return f"papers/pair-{'-'.join(names)}.jpg"

    def _pair(self, row: Letter) -> list[Call]:
        return self._picture(row, self._pair_file(row), "message.pair_unreadable")

    def _picture(self, row: Letter, file: str, otherwise: str) -> list[Call]:
        """What was prepared, or words that say why there is no picture."""
        if not (self._data / file).is_file():
            return [Call("sendMessage", self._chat(row) | self._plain_words(row, otherwise))]
        return self._file(replace(row, facts={**row.facts, "file": file}), "sendPhoto", "photo")

    def _plain_words(self, row: Letter, key: str) -> dict[str, Any]:
        text = self._words(row.locale).say(key, row.facts)
        return {"text": text, "parse_mode": "HTML"} | _reply(row) | self._markup_of(row)

    def _text(self, row: Letter) -> str:
        key = row.kind if "." in row.kind else f"message.{row.kind}"
        text = self._words(row.locale).say(key, row.facts)
        return f"{self._system(row, 'rehearsal')} {text}" if self._rehearsal else text

    def _system(self, row: Letter, name: str) -> str:
        return self._words(row.locale).say(f"system.{name}", {})

    def _send(self, row: Letter) -> list[Call]:
        parts = split(self._text(row))
        if len(parts) > MOST_PARTS:
            return [self._as_file(row, "\n".join(parts))]
        calls = []
        for number, part in enumerate(parts, 1):
            parameters = self._chat(row) | {"text": part, "parse_mode": "HTML"}
            parameters["link_preview_options"] = {"is_disabled": True}
            if number == 1:
                parameters |= _reply(row)
            if number == len(parts):
                parameters |= self._markup_of(row)
            calls.append(_or_without_topic("sendMessage", parameters))
        return calls

    def _edit(self, row: Letter) -> list[Call]:
        new = self._send(row)
        if len(new) > 1 or new[0].method != "sendMessage" or row.edits is None:
            return new
        # Only a message's own buttons can be edited in; a question with an answer field is a new message.
        if row.facts.get("ask"):
            return new
        kept = ("text", "parse_mode", "link_preview_options", "reply_markup")
        parameters = {name: value for name, value in new[0].parameters.items() if name in kept}
        return [Call("editMessageText", self._target(row) | parameters, instead=new[0])]

    def _markup(self, row: Letter) -> list[Call]:
        return [Call("editMessageReplyMarkup", self._target(row) | self._markup_of(row))]

    def _answer(self, row: Letter) -> list[Call]:
        parameters: dict[str, Any] = {"callback_query_id": row.facts["query_id"]}
        if row.kind:
            text = plain(self._text(row))
            parameters["text"] = text if length(text) <= ANSWER_LIMIT else text[: ANSWER_LIMIT // 2] + "…"
        if row.facts.get("alert"):
            parameters["show_alert"] = True
        return [Call("answerCallbackQuery", parameters)]

    def _file(self, row: Letter, method: str, field_name: str) -> list[Call]:
        parameters = self._chat(row) | {field_name: self._source(row.facts)} | _reply(row) | self._markup_of(row)
        caption = self._caption(row)
        rest: list[Call] = []
        if length(caption) > CAPTION_LIMIT:
            caption, *others = split(caption, CAPTION_LIMIT)
            rest = [self._plain_part(row, part) for part in split("\n".join(others))]
        if caption:
            parameters |= {"caption": caption, "parse_mode": "HTML"}
        return [_or_without_topic(method, parameters), *rest]

    def _album(self, row: Letter) -> list[Call]:
        """`files`: file ids, or {"file" | "file_id", "name", "caption"}, all of one `type`; an album takes ten."""
        kind = row.facts.get("type", "photo")
        files = [{"file_id": file} if isinstance(file, str) else file for file in row.facts["files"]]
        media = [
            {"type": kind, "media": self._source(file)}
            | ({"caption": file["caption"][:CAPTION_LIMIT]} if file.get("caption") else {})
            for file in files
        ]
        caption = self._caption(row)
        if media and caption:
            media[0] |= {"caption": split(caption, CAPTION_LIMIT)[0], "parse_mode": "HTML"}
        tens = [media[start : start + MOST_IN_ALBUM] for start in range(0, len(media), MOST_IN_ALBUM)]
        return [self._together(row, ten) for ten in tens]

    def _together(self, row: Letter, media: list[dict[str, Any]]) -> Call:
        """An album; one picture or file alone is no album."""
        parameters = self._chat(row) | _reply(row)
        if len(media) > 1:
            return _or_without_topic("sendMediaGroup", parameters | {"media": media})
        kind, source = media[0].pop("type"), media[0].pop("media")
        method = "sendPhoto" if kind == "photo" else "sendDocument"
        return _or_without_topic(method, parameters | media[0] | {kind: source})

    def _caption(self, row: Letter) -> str:
        if row.kind:
            return self._text(row)
        return self._system(row, "rehearsal") if self._rehearsal else ""

    def _plain_part(self, row: Letter, part: str) -> Call:
        return _or_without_topic("sendMessage", self._chat(row) | {"text": part, "parse_mode": "HTML"})

    def _as_file(self, row: Letter, html: str) -> Call:
        note = self._system(row, "long_text")
        caption = split(html, CAPTION_LIMIT - length(note) - 1)[0] + "\n" + note
        name = plain(self._system(row, "long_text_file")) + ".txt"
        # Windows' editor takes a text without this mark for GBK.
        content = plain(html).encode("utf-8-sig")
        parameters = self._chat(row) | {"document": Upload(name, content=content), "caption": caption}
        parameters |= {"parse_mode": "HTML"} | _reply(row) | self._markup_of(row)
        return _or_without_topic("sendDocument", parameters)

    def _source(self, facts: Mapping[str, Any]) -> Any:
        if facts.get("file_id"):
            return facts["file_id"]
        path = (self._data / facts["file"]).resolve()
        if not path.is_relative_to(self._data) or not path.is_file():
            raise BadMessage(f"no such file in the data folder: {facts['file']}")
        return Upload(facts.get("name") or path.name, path=path)

    def _markup_of(self, row: Letter) -> dict[str, Any]:
        if row.facts.get("ask"):
            return {"reply_markup": {"force_reply": True, "selective": True} | self._hint(row)}
        keyboard = [[self._button(row, *button) for button in line] for line in row.facts.get("buttons", ()) if line]
        return {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}

    def _hint(self, row: Letter) -> dict[str, Any]:
        """What stands in the empty answer field: the word `ask.<ask>`, or `ask.<kind>` when `ask` is just true."""
        key = f"ask.{row.kind if row.facts['ask'] is True else row.facts['ask']}"
        words = self._words(row.locale)
        if not words.has(key):
            return {}
        return {"input_field_placeholder": plain(words.say(key, row.facts))[:PLACEHOLDER_LIMIT]}

    def _button(self, row: Letter, word: str, data: str, facts: Mapping[str, Any] | None = None) -> dict[str, str]:
        label = plain(self._words(row.locale).say(f"button.{word}", facts or {}))
        return {"text": label, "url" if data.startswith(("https://", "http://", "tg://")) else "callback_data": data}

    @staticmethod
    def _chat(row: Letter) -> dict[str, Any]:
        chat: dict[str, Any] = {"chat_id": row.chat_id}
        return chat | {"message_thread_id": row.topic_id} if row.topic_id else chat

    @staticmethod
    def _target(row: Letter) -> dict[str, Any]:
        if row.edits is None:
            raise BadMessage(f"{row.method} without the message it is about")
        return {"chat_id": row.chat_id, "message_id": row.edits}


def _reply(row: Letter) -> dict[str, Any]:
    if row.replies_to is None:
        return {}
    return {"reply_parameters": {"message_id": row.replies_to, "allow_sending_without_reply": True}}


def _or_without_topic(method: str, parameters: dict[str, Any]) -> Call:
    """A topic that was closed or deleted must not cost the message: it goes to the group itself."""
    if "message_thread_id" not in parameters:
        return Call(method, parameters)
    general = {name: value for name, value in parameters.items() if name != "message_thread_id"}
    return Call(method, parameters, instead=Call(method, general))
