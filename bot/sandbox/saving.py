"""The state on disk: one JSON file, the uploaded files beside it; a demonstration resumes after a restart."""

import json
from collections import OrderedDict
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sandbox.files import StoredFile
from bot.sandbox.state import Chat, Media, Message, Topic, User
from bot.sandbox.updates import Update
from bot.sandbox.world import World

NAME = "sandbox.json"
FORM = 1


def _slots(record: Any, *without: str) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name not in without}


def as_saved(world: World) -> dict[str, Any]:
    chats = []
    for chat in world.chats.values():
        kept = _slots(chat, "messages", "topics")
        kept["topics"] = [asdict(topic) for topic in chat.topics.values()]
        kept["messages"] = [
            _slots(message, "media") | {"media": asdict(message.media) if message.media else None}
            for message in chat.messages.values()
        ]
        chats.append(kept)
    return {
        "form": FORM,
        "users": [asdict(user) for user in world.users.values()],
        "chats": chats,
        "files": [_slots(file, "data", "place") | {"place": str(file.place)} for file in world.files.by_id.values()],
        "sizes": world.files.sizes,
        "counts": world.counters() | {"files": world.files.count, "updates": world.updates.next_id},
        "pending": [[update.id, update.chat_id, update.body] for update in world.updates.waiting if not update.done],
        "allowed": sorted(world.updates.allowed),
        "commands": world.commands,
        "profile": world.profile,
        "journal": world.journal,
        "privacy": world.privacy,
        "clock": world.clock.now().isoformat() if world.clock.mode in {"set", "still"} else None,
    }


def save(world: World, folder: Path | None) -> bool:
    """Writes the state beside the old one and then over it; False when there is no folder to write to."""
    if folder is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / (NAME + ".new")
    fresh.write_text(json.dumps(as_saved(world), ensure_ascii=False), encoding="utf-8")
    fresh.replace(folder / NAME)
    return True


def load(world: World, folder: Path | None) -> bool:
    """Takes up the state that was saved; False when there is none (or one of another form)."""
    if folder is None or not (folder / NAME).exists():
        return False
    saved = json.loads((folder / NAME).read_text(encoding="utf-8"))
    if saved.get("form") != FORM:
        return False
    for kept in saved["files"]:
        place = Path(kept.pop("place"))
        world.files.add(StoredFile(**kept, place=folder / "files" / place.name))
    world.files.sizes.update(saved["sizes"])
    for kept in saved["users"]:
        if kept["id"] != world.bot.id:
            world.add_user(User(**kept))
    for kept in saved["chats"]:
        world.add_chat(_chat(kept))
    for chat in world.chats.values():
        if chat.username:
            world.usernames[chat.username.lower()] = chat.id
    world.files.count = saved["counts"].pop("files")
    world.updates.next_id = saved["counts"].pop("updates")
    world.restore_counters(saved["counts"])
    world.updates.waiting.extend(Update(number, chat_id, body) for number, chat_id, body in saved["pending"])
    world.updates.allowed = frozenset(saved["allowed"])
    world.commands, world.profile, world.journal = saved["commands"], saved["profile"], saved["journal"]
    world.privacy = saved["privacy"]
    if saved["clock"] and world.clock.source is None:
        world.clock.set(datetime.fromisoformat(saved["clock"]))
    return True


def _chat(kept: dict[str, Any]) -> Chat:
    messages = OrderedDict()
    for one in kept.pop("messages"):
        media = Media(**one.pop("media")) if one["media"] else one.pop("media")
        one["reactions"] = {int(user): emoji for user, emoji in one["reactions"].items()}
        one["versions"] = [(date, text, entities) for date, text, entities in one["versions"]]
        messages[one["id"]] = Message(**one, media=media)
    topics = {topic["thread_id"]: Topic(**topic) for topic in kept.pop("topics")}
    kept["members"] = {int(user): status for user, status in kept["members"].items()}
    kept["read"] = {int(user): stamp for user, stamp in kept["read"].items()}
    kept["said"] = [(stamp, message_id) for stamp, message_id in kept["said"]]
    return Chat(**kept, messages=messages, topics=topics)
