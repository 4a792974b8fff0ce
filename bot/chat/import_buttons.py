"""The buttons of an import: `import:verb:draft:version[:more]`; what they say is done, or why it no longer can be."""

from bot.chat import importing, open_points
from bot.chat.talk import Talk
from bot.chat.updates import read_update
from bot.domain.importing import ImportDraft, next_question
from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.usecases import conversation, import_draft, import_screens

SHOWING = ("go", "show")


def press(talk: Talk, args: list[str]) -> None:
    verb, number, *rest = args
    if verb == "asked":
        open_points.show_open(talk, int(number))
    elif verb == "of":
        open_points.show_open(talk, 0, number=int(number))
    elif verb == "settle":
        open_points.settle(talk, int(number), rest)
    elif verb == "take":
        _take_over(talk, int(number))
    elif verb == "text":
        _read_offered(talk, int(rest[1]))
    else:
        # What only shows where things stand is good from any message.
        version = None if verb in SHOWING else int(rest[0])
        _step(talk, verb, import_draft.find(talk.act, int(number), version), rest[1:])


def _step(talk: Talk, verb: str, draft: ImportDraft, more: list[str]) -> None:
    act = talk.act
    if verb in ("other", "reason"):
        _ask_words(talk, draft, verb)
        return
    if verb == "cancel":
        import_draft.cancel(act, draft)
        talk.say("import_cancelled", {"name": draft.name, "answered": len(draft.answers)}, edit=True)
        return
    if verb == "anew":
        import_draft.cancel(act, draft)
        _read_again(talk, int(more[0]))
        return
    if verb == "pick":
        import_draft.choose(act, draft, int(more[0]))
    elif verb == "tick":
        import_draft.tick(act, draft, int(more[0]))
    elif verb == "open":
        import_draft.answer(act, draft, {"open": True})
    elif verb == "nobody":
        import_draft.answer(act, draft, {"text": ""})
    elif verb in _STEPS:
        _STEPS[verb](act, draft)
    elif verb not in SHOWING:
        raise Refusal("too_old")
    # The summary stays as it is; what is asked comes below it.
    importing.say(talk, draft, import_screens.screen(draft), edit=verb not in SHOWING)


_STEPS = {
    "read": import_draft.read_words,
    "ticked": import_draft.take_ticked,
    "all": import_draft.take_all,
    "new": import_draft.take_as_new,
    "rest": import_draft.leave_rest,
    "back": import_draft.go_back,
    "yes": import_draft.confirm,
}


def _ask_words(talk: Talk, draft: ImportDraft, verb: str) -> None:
    """The reply to this is the answer, or the reason for which changed wording is taken over."""
    about = {"import": draft.id, "kind": verb}
    if verb == "reason":
        facts = {"count": draft.facts["wording"], "changes": draft.facts["changes"]}
        talk.say("import_ask_reason", facts, about=about, ask=True)
        return
    question = next_question(draft)
    if question is None:
        raise Refusal("import_stale", name=draft.name)
    facts = {"kind": question["kind"], "phrase": question["phrase"], "number": question["number"]}
    talk.say("import_ask_words", facts, about=about, ask=True)


def _take_over(talk: Talk, draft_id: int) -> None:
    draft, owner = import_draft.take_over(talk.act, draft_id, talk.chat_id)
    import_draft.tell_taken(talk.act, draft, owner)
    importing.say(talk, draft, import_screens.screen(draft))


def _read_offered(talk: Talk, inbox_id: int) -> None:
    """The text that was offered, read as a plan now."""
    require(talk.act.person, "import")
    _read_again(talk, inbox_id)


def _read_again(talk: Talk, inbox_id: int) -> None:
    """An earlier message of the same person: its file, or its words. Refusals: too_old, not_your_button."""
    payload = conversation.earlier(talk.act, inbox_id, talk.chat_id)
    update = read_update(payload) if payload else None
    user = talk.update.effective_user
    if update is None or update.effective_message is None or update.effective_user is None:
        raise Refusal("too_old")
    if user is None or user.id != update.effective_user.id:
        raise Refusal("not_your_button")
    message = update.effective_message
    if message.document is not None:
        importing.hand_in(talk, importing.attachment(message.document))
    else:
        importing.hand_in_words(talk, message.text or "", inbox_id)
