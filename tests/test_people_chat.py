"""People and rights by chat: invitation codes, six roles, work groups; and that a stranger learns nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from town import Town, a_town

from bot.domain.people import Group as WorkGroup
from bot.domain.people import Invitation, Member, Role, own_name
from bot.domain.post import Outbox
from bot.sandbox.client import Person
from bot.sandbox.images import plain_png
from bot.usecases import people
from bot.usecases.inbox import receive

UNIT_OF = {
    "office": "市整改办",
    "leader": "市领导小组",
    "head": "市水务局",
    "liaison": "市水务局",
    "verifier": "市生态环境局",
    "viewer": "市政协",
}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(office=(7001,)) as town:
        yield town


@pytest.fixture(scope="module")
def cast(town: Town) -> dict[str, Person]:
    """One person of each role."""
    found = {role: town.join(unit, role, f"{role}人") for role, unit in UNIT_OF.items()}
    assert set(found) == set(Role)
    return found


def stranger(town: Town, name: str = "陌生人") -> Person:
    town._users += 1
    return town.sandbox.user(name, town._users)


def a_code(town: Town, *, expires: timedelta = timedelta(days=1), made: datetime | None = None) -> str:
    with town.house.acting(town.clock()) as act:
        found = people.invite(
            act,
            "武清区",
            "liaison",
            expires=expires,
            machine_now=made or datetime.now(UTC),
            registry=town.house.registry,
        )
    return str(found["code"])


def present(town: Town, person: Person) -> list[tuple[str, str]]:
    """(unit, role) this person is bound to."""
    with town.house.looking() as act:
        rows = act.session.exec(select(Member).where(Member.user_id == person.id, Member.left_at == None))  # noqa: E711
        return [(act.unit(row.unit_id), row.role) for row in rows]


# Invitation codes.


def test_an_invitation_binds_one_person_to_unit_and_role_once(town: Town, cast: dict[str, Person]) -> None:
    made = town.ask(cast["office"], "/invite 武清区 liaison")
    code = made.seen["text"].splitlines()[1]
    link = next(line for line in made.text.splitlines() if line.startswith("https://"))
    assert link == f"https://t.me/{town.sandbox.bot_username}?start={code}"
    one, two = stranger(town, "赵某"), stranger(town, "钱某")
    one.start(link.partition("start=")[2])
    welcome = one.expect("已登记")
    assert "武清区" in welcome.text
    assert "联络员" in welcome.text
    assert "邀请人：office人" in welcome.text
    assert "涉密" in welcome.text  # said at joining (domain.md §2)
    assert present(town, one) == [("武清区", "liaison")]
    two.start(code)
    assert "邀请码无效" in two.expect().text
    assert present(town, two) == []


def test_the_same_person_with_the_same_code_is_told_that_all_is_well(town: Town) -> None:
    person, code = stranger(town), a_code(town)
    person.start(code)
    person.expect("已登记")
    assert "您已加入：武清区　联络员" in town.ask(person, f"/start {code}").text
    assert present(town, person) == [("武清区", "liaison")]


def test_a_code_is_read_in_any_case_and_with_blanks_around_it(town: Town) -> None:
    person = stranger(town)
    assert "已登记" in town.ask(person, f"/start  {a_code(town).lower()} ").text


def test_a_wrong_a_used_and_an_expired_code_are_answered_alike(town: Town) -> None:
    used = a_code(town)
    town.ask(stranger(town), f"/start {used}")
    expired = a_code(town, made=datetime.now(UTC) - timedelta(days=2))
    answers = {town.ask(stranger(town), f"/start {code}").text for code in ("ABCDEFGHJKLM", used, expired)}
    assert len(answers) == 1
    assert "邀请码无效" in answers.pop()


def test_a_code_expires_by_the_machines_clock_and_not_by_the_rehearsals(town: Town) -> None:
    person = stranger(town)
    code = a_code(town, expires=timedelta(minutes=5))
    assert town.clock() < datetime.now(UTC) - timedelta(days=300)  # the town lives in 2022
    assert "已登记" in town.ask(person, f"/start {code}").text


def test_two_who_use_one_code_at_once_are_one(town: Town) -> None:
    code, pair = a_code(town), [stranger(town, "孙某"), stranger(town, "李某")]
    for person in pair:
        person.start(code)
    answers = [person.expect().text for person in pair]
    assert sorted("已登记" in answer for answer in answers) == [False, True]
    assert sum(len(present(town, person)) for person in pair) == 1


def test_only_the_hash_of_a_code_is_kept(town: Town, cast: dict[str, Person]) -> None:
    made = town.ask(cast["office"], "邀请 武清区 联络员")
    code = made.text.splitlines()[1]
    town.settle()
    kept = town.rows(Invitation)[-1]
    assert kept.code_hash == people.code_hash(code)
    assert code not in str(kept)
    said = [row for row in town.rows(Outbox) if row.kind == "invited"]
    assert said
    assert [row.facts for row in said] == [{}] * len(said)


def test_who_joins_is_spoken_to_in_the_houses_language_and_offered_their_own(town: Town) -> None:
    town._users += 1
    person = town.sandbox.user("Smith", town._users, language_code="en-GB")
    person.start(a_code(town))
    joined = person.expect("已登记")
    assert "English from now on" in town.press(person, joined, "English").text
    asked = town.ask(person, "/lang")
    assert asked.labels == ["中文"]
    assert "已改用中文" in town.press(person, asked, "中文").text


def test_a_second_code_moves_the_person_to_the_other_unit(town: Town) -> None:
    person = town.join("市财政局", "liaison", "周某")
    person.start(a_code(town))
    person.expect("已登记")
    assert present(town, person) == [("武清区", "liaison")]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("市水务局 陈某", "陈某"),
        ("水务局-陈某", "陈某"),
        ("市水务局｜陈某", "陈某"),
        ("市水务局陈某", "市水务局陈某"),
        ("市水务局", "市水务局"),
        ("市水务局 ", "市水务局 "),
        ("陈某", "陈某"),
    ],
)
def test_a_name_is_kept_without_the_unit_that_stands_beside_it(name: str, kept: str) -> None:
    assert own_name(name, "市水务局") == kept


def test_an_invitation_names_a_known_unit_and_role(town: Town, cast: dict[str, Person]) -> None:
    office = cast["office"]
    assert "没有“武轻区”这个单位。是否为：武清区" in town.ask(office, "/invite 武轻区 liaison").text
    assert "未邀请" in town.ask(office, "/invite 武清区").text
    assert "未邀请" in town.ask(office, "/invite 武清区 国王").text


# The first of the office.


def test_who_stands_in_duban_office_is_of_the_office_without_a_code(town: Town) -> None:
    first = town.sandbox.user("首位", 7001)
    assert "成员" in town.ask(first, "/members").text
    assert present(town, first) == [("市整改办", "office")]


# Six roles.

# Command → who may (domain.md §3). The words are such that nothing changes even for who may.
MAY = {
    "进度 999 60% 试": "office head liaison",
    "签收 999": "head liaison",
    "困难 999 试": "head liaison",
    "延期 999 2022-09-30 试": "office head liaison",
    "批示 999 试": "leader",
    "同意 999": "office leader head liaison verifier",
    "现场核查 999 6月10日 张某 试": "office verifier",
    "督办单 999 黄 试": "office",
    "转办 999 武清区 试": "office",
    "审计 999": "office",
    "邀请 某某局 联络员": "office",
    "签发": "office",
    "更正 试": "office",
    "成员": "office",
    "排名": "office leader head viewer",
    "周报": "office leader head liaison verifier viewer",
    "任务 7": "office leader head liaison verifier viewer",
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says_and_no_more(town: Town, cast: dict[str, Person], role: str) -> None:
    refused = {words for words in MAY if "不能这样做" in town.ask(cast[role], words).text}
    assert refused == {words for words, roles in MAY.items() if role not in roles.split()}


@pytest.mark.parametrize("role", list(Role))
def test_help_offers_each_role_only_what_it_may(town: Town, cast: dict[str, Person], role: str) -> None:
    offered = town.ask(cast[role], "/help").text
    for command, roles in {"/invite": "office", "/note": "leader", "/audit": "office"}.items():
        assert (command in offered) == (role in roles.split()), command


@pytest.mark.parametrize(("role", "sees"), [("head", False), ("liaison", False), ("leader", True), ("viewer", True)])
def test_a_unit_sees_its_own_and_who_reads_all_sees_all(
    town: Town, cast: dict[str, Person], role: str, sees: bool
) -> None:
    assert ("北运河清淤" in town.ask(cast[role], "任务 23").text) == sees
    assert ("北运河清淤" in town.ask(cast[role], "查找 清淤").text) == sees
    refused = "没有第" in town.ask(cast[role], "历史 23").text
    assert refused is not sees


def test_a_task_of_others_is_refused_in_the_words_of_one_that_does_not_exist(
    town: Town, cast: dict[str, Person]
) -> None:
    for words in ("任务 {}", "佐证 {}", "进度 {} 60% 试", "困难 {} 试", "为何 {}", "签收 {}"):
        of_others, of_nobody = (town.ask(cast["liaison"], words.format(n)).text for n in (23, 999))
        assert of_others.replace("23", "999") == of_nobody, words


def test_members_shows_who_is_here_and_removes_after_asking(town: Town, cast: dict[str, Person]) -> None:
    gone = town.join("北辰区", "liaison", "将离")
    office = cast["office"]
    listed = town.ask(office, "成员")
    assert "北辰区　将离　联络员" in listed.text
    assert all("office人" not in label for label in listed.labels)
    while "移出 将离" not in listed.labels:
        listed = town.press(office, listed, "下一页")
    asked = town.press(office, listed, "移出 将离")
    assert present(town, gone) == [("北辰区", "liaison")]
    assert "已移出" in town.press(office, asked, "确认移出 将离").text
    assert present(town, gone) == []
    assert "只供受邀单位使用" in town.ask(gone, "我的任务").text


def test_many_members_are_listed_in_pages(town: Town, cast: dict[str, Person]) -> None:
    for n in range(9):
        town.join("蓟州区", "viewer", f"查阅{n}")
    listed = town.ask(cast["office"], "成员")
    assert len([label for label in listed.labels if label.startswith("移出")]) <= 8
    assert "下一页" in listed.labels


# Work groups.


def test_a_group_is_tied_to_its_unit_and_answers_only_its_people(town: Town, cast: dict[str, Person]) -> None:
    office, own, other = cast["office"], town.join("武清区", "liaison"), cast["liaison"]
    group = town.group("武清区整改群", office, own, other)
    own.send("/my", chat=group)
    own.expect_nothing(0.15, chat=group)  # not tied yet
    assert "本群已绑定武清区" in town.ask(office, "/bind 武清区", chat=group).text
    assert "我的任务" in town.ask(own, "/my", chat=group).text
    other.skip(group)
    other.send("/my", chat=group)
    other.expect_nothing(0.15, chat=group)
    # What the office may see does not belong in a unit's group.
    office.skip(group)
    office.send("/my", chat=group)
    office.expect_nothing(0.15, chat=group)


def test_a_button_in_a_group_pressed_by_another_units_person_is_answered_with_a_no(
    town: Town, cast: dict[str, Person]
) -> None:
    other = town.join("武清区")
    group = town.group("水务工作群", cast["office"], cast["liaison"], other, unit="市水务局")
    cast["liaison"].send("/task 12", chat=group)
    card = cast["liaison"].expect("12 入河排口整治", chat=group)
    other.skip(group)
    answer = other.press(card, "历史")
    assert (answer.show_alert, answer.text) == (True, "这个按钮是给别人的。")
    other.expect_nothing(0.1, chat=group)


def test_only_the_office_ties_a_group_and_only_in_the_group(town: Town, cast: dict[str, Person]) -> None:
    office, liaison = cast["office"], cast["liaison"]
    group = town.group("某群", office, liaison)
    liaison.send("/bind 市水务局", chat=group)
    liaison.expect_nothing(0.15, chat=group)
    assert "请在要绑定的工作群里发" in town.ask(office, "/bind 武清区").text
    assert "没有“某某局”" in town.ask(office, "/bind 某某局", chat=group).text
    assert group.id not in {row.chat_id for row in town.rows(WorkGroup)}


def test_a_topic_of_a_forum_is_tied_by_itself_and_hears_the_bulletin() -> None:
    with a_town() as town:
        office = town.office()
        liaison = town.join("市水务局")
        forum = town.group("整改工作群", office, liaison, supergroup=True, forum=True)
        topic = forum.topic("市水务局")
        office.send("/bind 市水务局", chat=forum, thread_id=topic)
        assert office.expect("已绑定", chat=forum).seen["thread_id"] == topic
        (row,) = town.rows(WorkGroup)
        assert (row.chat_id, row.topic_id) == (forum.id, topic)
        town.travel("06-20 09:30")
        bulletin = liaison.expect("整改周通报", chat=forum)
        assert bulletin.seen["thread_id"] == topic
        assert "市水务局" in bulletin.text
        assert "市城市管理委" not in bulletin.text  # its own figures only


def test_a_group_tied_anew_belongs_to_the_other_unit(town: Town, cast: dict[str, Person]) -> None:
    group = town.group("改绑群", cast["office"], unit="武清区")
    cast["office"].skip(group)
    assert "已绑定北辰区" in town.ask(cast["office"], "/bind 北辰区", chat=group).text
    rows = [row for row in town.rows(WorkGroup) if row.chat_id == group.id]
    assert len(rows) == 1


# Strangers.

TRIED = (
    "/start",
    "任务 7",
    "任务 999",
    "进度 7 60% 清淤完成",
    "7 60% 清淤完成",
    "/search 清淤",
    "周报",
    "/help",
    "/bind 武清区",
)


def test_a_stranger_learns_nothing_whatever_is_tried(town: Town, cast: dict[str, Person]) -> None:
    person = stranger(town)
    answers = {town.ask(person, words).text for words in TRIED}
    person.photo(plain_png(40, 30), caption="佐证 7")
    answers.add(person.expect().text)
    assert answers == {"这是整改督办机器人，只供受邀单位使用。请向整改办索取邀请链接。"}
    assert present(town, person) == []


def test_in_a_group_a_stranger_gets_no_answer_at_all(town: Town, cast: dict[str, Person]) -> None:
    person = stranger(town)
    group = town.group("外人在的群", cast["office"], person, unit="")
    person.skip(group)
    for words in ("/start", "/task 7", "/digest", f"/start {a_code(town)}"):
        person.send(words, chat=group)
    person.expect_nothing(0.2, chat=group)
    assert present(town, person) == []


def test_a_reaction_and_a_block_of_a_stranger_do_no_harm(town: Town) -> None:
    person = stranger(town)
    said = town.ask(person, "/start")
    person.react(said, "👍")
    person.block()
    person.unblock()
    town.settle()
    assert "只供受邀单位使用" in town.ask(person, "/my").text


def test_what_is_no_text_gets_a_line_of_help_and_no_failure(town: Town, cast: dict[str, Person]) -> None:
    person = cast["liaison"]
    sticker = {"file_id": "s", "file_unique_id": "s", "width": 9, "height": 9, "type": "regular"}
    sticker |= {"is_animated": False, "is_video": False}
    old_poll = {"id": "1", "question": "?", "options": []}  # of a server older than the library
    for n, part in enumerate(({"sticker": sticker}, {"text": "hm", "poll": old_poll})):
        said = {"message_id": 900 + n, "date": 1655092800, "chat": {"id": person.id, "type": "private"}, **part}
        update = {
            "update_id": 9000 + n,
            "message": {**said, "from": {"id": person.id, "is_bot": False, "first_name": "x"}},
        }
        person.skip()
        with town.house.store.writing() as session:
            receive(session, 1, [update], town.clock())
        town._loop.call_soon_threadsafe(town.node.desk.wake)
        assert "没有读懂" in person.expect().text
