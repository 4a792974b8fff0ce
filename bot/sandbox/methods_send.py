"""sendMessage, sendPhoto, sendDocument, sendMediaGroup, forwardMessage, copyMessage, sendChatAction."""

import secrets
from typing import Any

from bot.sandbox.arguments import Call
from bot.sandbox.checks import Place, find_chat, find_place, link_preview, post, put, writable
from bot.sandbox.formatting import CAPTION_LIMIT, TEXT_LIMIT, read_text
from bot.sandbox.keyboards import read_markup
from bot.sandbox.refusals import bad
from bot.sandbox.render import message_json, user_json
from bot.sandbox.state import Media, Message
from bot.sandbox.world import World

Json = dict[str, Any]
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio",
    "upload_audio", "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    "cancel",
}  # fmt: skip
ALBUM_LIMIT = 10


def send_message(world: World, call: Call) -> Json:
    """A text message; 4096 UTF-16 units after its markup is read."""
    source = call.text("text")
    if not source:
        raise bad("message text is empty")
    preview = link_preview(call)
    text, entities = read_text(source, call.text("parse_mode"), call.arguments.get("entities"), limit=TEXT_LIMIT)
    markup = read_markup(call.arguments.get("reply_markup"))
    place = find_place(world, call)
    message = post(world, place, call, text=text, entities=entities, markup=markup, preview=preview)
    return message_json(world, place.chat, message)


def read_caption(call: Call, given: Json | None = None) -> tuple[str, list[Json]]:
    """A caption with its entities, from the call or from one InputMedia; 1024 UTF-16 units."""
    source = given if given is not None else call.arguments
    text = str(source.get("caption") or "")
    entities = source.get("caption_entities")
    return read_text(text, str(source.get("parse_mode") or ""), entities, limit=CAPTION_LIMIT, caption=True)


def read_media(world: World, call: Call, kind: str, reference: str, *, default_part: str = "") -> Media:
    """A photo or document: an upload (attach://name, or the part named like the field), or the id of a sent file."""
    part = reference.removeprefix("attach://") if reference.startswith("attach://") else ""
    upload = call.uploads.get(part or (default_part if not reference else ""))
    if upload is not None:
        return world.files.photo(upload.data) if kind == "photo" else _document(world, call, upload)
    if not reference or part:
        raise bad(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    return world.files.again(reference, kind)


def _document(world: World, call: Call, upload: Any) -> Media:
    return world.files.document(upload.data, upload.name, upload.mime)


def _send_file(world: World, call: Call, kind: str) -> Json:
    text, entities = read_caption(call)
    markup = read_markup(call.arguments.get("reply_markup"))
    place = find_place(world, call)
    media = read_media(world, call, kind, call.text(kind), default_part=kind)
    media.spoiler = call.flag("has_spoiler")
    message = post(
        world,
        place,
        call,
        text=text,
        entities=entities,
        markup=markup,
        media=media,
        caption_above=call.flag("show_caption_above_media"),
    )
    return message_json(world, place.chat, message)


def send_photo(world: World, call: Call) -> Json:
    return _send_file(world, call, "photo")


def send_document(world: World, call: Call) -> Json:
    return _send_file(world, call, "document")


def send_media_group(world: World, call: Call) -> list[Json]:
    """2-10 photos, or 2-10 documents, as separate messages with one media_group_id."""
    call.required("media")
    items = call.structure("media", "media")
    if not isinstance(items, list):
        raise bad("expected an Array of InputMedia")
    place = find_place(world, call)
    if not 1 <= len(items) <= ALBUM_LIMIT:
        raise bad("too many messages to send as an album" if items else "there are no messages to send")
    kinds = {item.get("type") if isinstance(item, dict) else None for item in items}
    if not kinds <= {"photo", "document"}:
        raise bad(f'can\'t parse InputMedia: type "{next(iter(kinds - {"photo", "document"}))}" is unsupported')
    if len(kinds) > 1:
        raise bad("can't use the media of the specified type in the album")
    captions = [read_caption(call, item) for item in items]
    media = [input_media(world, call, item) for item in items]
    world.limits.spend(place.chat.id, not place.chat.private, len(items))
    album = str(13_000_000_000_000_000 + secrets.randbelow(10**15)) if len(items) > 1 else ""
    sent: list[Message] = []
    for one, (text, entities) in zip(media, captions, strict=True):
        sent.append(put(world, place, call, text=text, entities=entities, media=one, album=album))
    return [message_json(world, place.chat, message) for message in sent]


def input_media(world: World, call: Call, item: Any) -> Media:
    """One InputMediaPhoto or InputMediaDocument."""
    if not isinstance(item, dict):
        raise bad("can't parse InputMedia: expected an Object")
    reference = str(item.get("media") or "")
    if not reference or (reference.startswith("attach://") and reference[9:] not in call.uploads):
        raise bad("can't parse InputMedia: media not found")
    if item.get("type") not in {"photo", "document"}:
        raise bad(f'can\'t parse InputMedia: type "{item.get("type")}" is unsupported')
    media = read_media(world, call, item["type"], reference)
    media.spoiler = bool(item.get("has_spoiler"))
    return media


def send_chat_action(world: World, call: Call) -> bool:
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = writable(world, call.text("chat_id"))
    world.bus.tell(lambda: {"type": "action", "chat": chat.id, "action": action})
    return True


def _source(world: World, call: Call, what: str) -> Message:
    chat = find_chat(world, call.text("from_chat_id"))
    message = chat.messages.get(call.message_id())
    if message is None:
        raise bad(f"message to {what} not found")
    if message.service is not None or message.protected:
        raise bad(f"the message can't be {'forwarded' if what == 'forward' else 'copied'}")
    return message


def forward_message(world: World, call: Call) -> Json:
    """The message again, with where it came from."""
    place = find_place(world, call)
    source = _source(world, call, "forward")
    origin = source.origin or {
        "type": "user",
        "sender_user": user_json(world.users[source.sender_id]),
        "date": source.date,
    }
    message = _again(world, place, call, source, text=source.text, entities=source.entities, origin=origin)
    return message_json(world, place.chat, message)


def copy_message(world: World, call: Call) -> Json:
    """The message again as the bot's own; a caption may be replaced."""
    place = find_place(world, call)
    source = _source(world, call, "copy")
    text, entities = source.text, source.entities
    if "caption" in call.arguments and source.media is not None:
        text, entities = read_caption(call)
    markup = read_markup(call.arguments.get("reply_markup"))
    return {"message_id": _again(world, place, call, source, text=text, entities=entities, markup=markup).id}


def _again(world: World, place: Place, call: Call, source: Message, **fields: Any) -> Message:
    return post(world, place, call, media=source.media, preview=source.preview, **fields)
