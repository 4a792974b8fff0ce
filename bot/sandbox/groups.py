"""Groups: who joins and leaves, the bot's own comings and goings, topics, and the upgrade to a supergroup."""

from typing import Any

from bot.sandbox.people import membership_json
from bot.sandbox.refusals import PeopleError
from bot.sandbox.render import chat_json, message_json, user_json
from bot.sandbox.state import Chat, Message, Topic, User
from bot.sandbox.world import World


def service(world: World, chat: Chat, actor: User, facts: dict[str, Any], *, tell: bool = True) -> Message:
    """A service message; bots in the chat get them whatever their privacy."""
    message = world.say(chat, actor.id, service=facts)
    if tell and (chat.private or chat.has(world.bot.id)):
        world.updates.put("message", message_json(world, chat, message), chat.id)
    return message


def create_group(
    world: World,
    title: str,
    members: list[User],
    *,
    chat_id: int | None = None,
    supergroup: bool = False,
    forum: bool = False,
    username: str = "",
    with_bot: bool = True,
) -> Chat:
    """A group made by the first member, with the others and (unless told otherwise) the bot."""
    if not members:
        raise PeopleError(400, "a group needs a member")
    kind = "supergroup" if supergroup or forum else "group"
    number = chat_id if chat_id is not None else world.next_id(kind)
    if number in world.chats:
        raise PeopleError(409, f"chat {number} exists already")
    chat = Chat(number, kind, title=title, username=username, is_forum=forum)
    chat.members[members[0].id] = "creator"
    chat.members.update({user.id: "member" for user in members[1:]})
    world.add_chat(chat)
    if username:
        world.usernames[username.lower()] = number
    if kind == "group":
        service(world, chat, members[0], {"group_chat_created": True}, tell=False)
    if with_bot:
        set_bot(world, chat, members[0], "member")
    world.bus.tell(lambda: {"type": "chats"})
    return chat


def set_bot(world: World, chat: Chat, actor: User, status: str, rights: dict[str, bool] | None = None) -> None:
    """The bot is added, promoted, demoted or thrown out; it gets my_chat_member, and the group a service message."""
    old = chat.status_of(world.bot.id)
    if old == status and rights is None:
        return
    was_in = chat.has(world.bot.id)
    chat.members[world.bot.id] = status
    chat.bot_admin_rights = rights or {}
    world.changes += 1
    world.updates.put("my_chat_member", membership_json(world, chat, actor, (old, status)), chat.id)
    is_in = chat.has(world.bot.id)
    bot = user_json(world.bot)
    if is_in and not was_in:
        service(world, chat, actor, {"new_chat_members": [bot], "new_chat_member": bot, "new_chat_participant": bot})
    elif was_in and not is_in:
        service(world, chat, actor, {"left_chat_member": bot, "left_chat_participant": bot}, tell=False)
    world.bus.tell(lambda: {"type": "chats"})


def join(world: World, chat: Chat, user: User) -> None:
    if chat.private:
        raise PeopleError(400, "a private chat has no members")
    if chat.has(user.id):
        return
    chat.members[user.id] = "member"
    shown = user_json(user)
    service(world, chat, user, {"new_chat_members": [shown], "new_chat_member": shown, "new_chat_participant": shown})
    world.bus.tell(lambda: {"type": "chats"})


def leave(world: World, chat: Chat, user: User) -> None:
    if not chat.has(user.id):
        return
    chat.members[user.id] = "left"
    shown = user_json(user)
    service(world, chat, user, {"left_chat_member": shown, "left_chat_participant": shown})
    world.bus.tell(lambda: {"type": "chats"})


def open_topic(world: World, chat: Chat, actor_id: int, name: str) -> Topic:
    """A new topic of a forum; its id is its first service message's."""
    if not chat.is_forum:
        raise PeopleError(400, f"chat {chat.id} is no forum")
    message = world.say(chat, actor_id, service={"forum_topic_created": {"name": name, "icon_color": 7322096}})
    message.thread_id = message.id
    topic = Topic(message.id, name)
    chat.topics[topic.thread_id] = topic
    if actor_id != world.bot.id and chat.has(world.bot.id):
        world.updates.put("message", message_json(world, chat, message), chat.id)
    world.bus.tell(lambda: {"type": "chats"})
    return topic


def upgrade(world: World, chat: Chat, actor: User) -> Chat:
    """The group becomes a supergroup with another id; both tell so, and the old id refuses messages from now on."""
    if chat.type != "group" or chat.upgraded_to is not None:
        raise PeopleError(409, f"chat {chat.id} is no group that can be upgraded")
    new = Chat(world.next_id("supergroup"), "supergroup", title=chat.title, members=dict(chat.members))
    new.bot_admin_rights = dict(chat.bot_admin_rights)
    world.add_chat(new)
    service(world, chat, actor, {"migrate_to_chat_id": new.id})
    chat.upgraded_to = new.id
    service(world, new, actor, {"migrate_from_chat_id": chat.id})
    world.bus.tell(lambda: {"type": "upgraded", "chat": chat.id, "to": new.id, "head": chat_json(world, new)})
    return new
