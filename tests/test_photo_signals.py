"""What a picture gives away to the verifier: it looks like an earlier one, or was taken long before it was sent."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from cast import Cast, a_cast
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.documents.photos import Photo, look_at, worth_a_look
from bot.domain.ledger import Evidence
from bot.domain.photos import Look, Shot, nearest, old
from bot.sandbox.client import Person
from bot.sandbox.images import plain_png

NOON = datetime(2022, 6, 13, 12).astimezone()


def scene(seed: int, *, size: tuple[int, int] = (640, 480), quality: int = 85, taken: str = "") -> bytes:
    """A JPEG of some shapes; of one seed always the same place, however large and however pressed."""
    chance = Random(seed)
    picture = Image.new("RGB", (640, 480), (180, 200, 220))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, w, h = chance.randrange(600), chance.randrange(440), chance.randrange(20, 240), chance.randrange(20, 200)
        draw.ellipse((x, y, x + w, y + h), fill=tuple(chance.randrange(256) for _ in range(3)))
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    buffer = BytesIO()
    picture.resize(size).save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with a_cast() as cast:
        yield cast


def send(cast: Cast, person: Person, number: int, content: bytes, name: str = "") -> Evidence:
    """As a photo, or with its name as a file; what the archive knows of it afterwards."""
    cast.town.settle()
    person.skip()
    if name:
        person.document(content, name=name, caption=f"佐证 {number}")
    else:
        person.photo(content, caption=f"佐证 {number}")
    person.expect("已收")
    cast.town.call(cast.town.node.archive.idle())
    return cast.town.rows(Evidence)[-1]


def test_the_verifier_is_shown_old_and_reused_pictures_and_the_unit_is_not(cast: Cast) -> None:
    other = send(cast, cast.district, 6, scene(1))
    cast.town.travel("06-14 09:00")
    near = send(cast, cast.district, 5, scene(1, size=(320, 240), quality=40))
    fresh = send(cast, cast.district, 5, scene(2, taken="2022:06:01 10:00:00"), "现场.jpg")
    past = send(cast, cast.district, 5, scene(3, taken="2021:11:30 09:20:00"), "护岸.jpg")
    assert (near.near_id, fresh.near_id, past.near_id) == (other.id, None, None)
    assert near.sha256 != other.sha256
    assert (fresh.taken_on, past.taken_on) == (date(2022, 6, 1), date(2021, 11, 30))

    for n in (1, 2):
        cast.ask(cast.district, f"进度 5.{n} 60% 施工过半")
        cast.ask(cast.district, f"进度 5.{n} 100% 第{n}段完工")
    cast.ask(cast.water, "自查完成 5")
    cast.ask(cast.water_head, "申请销号 5")
    asked = cast.told(cast.verifier, "请核查").text
    assert "不是结论" in asked
    assert "第 1 件照片与 6月13日第 6 项的一张相近" in asked
    assert "第 3 件照片自记拍于 2021年11月30日，上报时已过 196 天" in asked
    assert "第 2 件" not in asked
    assert "相近" not in cast.ask(cast.water, "任务 5")
    # Never a verdict: the case can be accepted all the same.
    assert "验收合格" in cast.ask(cast.verifier, "同意 5")


def test_a_broken_picture_or_a_bomb_is_kept_and_tells_nothing(cast: Cast) -> None:
    broken = send(cast, cast.district, 6, scene(4)[:3000], "坏图.jpg")
    words = send(cast, cast.district, 6, b"no picture at all " * 100, "说明.jpg")
    bomb = send(cast, cast.district, 6, plain_png(9_000, 9_000), "大图.png")
    blank = send(cast, cast.district, 6, scene_of_one_grey(), "空白.png")
    for row in (broken, words, bomb, blank):
        assert (row.state, row.look, row.taken_on, row.near_id) == ("fetched", "", None, None)


def scene_of_one_grey() -> bytes:
    buffer = BytesIO()
    Image.effect_noise((300, 200), 3).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_is_worth_a_look() -> None:
    assert worth_a_look("photo", "image/jpeg", "", 50_000)
    assert worth_a_look("document", "", "现场.JPG", 50_000)
    assert not worth_a_look("document", "application/pdf", "验收单.pdf", 50_000)
    assert not worth_a_look("photo", "image/jpeg", "", 300)


def test_a_look_survives_pressing_and_shrinking_and_tells_places_apart(tmp_path: Path) -> None:
    def seen(content: bytes) -> Photo:
        file = tmp_path / "picture"
        file.write_bytes(content)
        return look_at(file)

    one, same, other = (seen(content) for content in (scene(7), scene(7, size=(200, 150), quality=30), scene(8)))
    looks = [Look(1, 1, NOON, one.look), Look(2, 1, NOON, other.look)]
    assert nearest(Look(3, 2, NOON, same.look), looks, 10) == 1
    assert nearest(Look(3, 2, NOON, other.look), looks[:1], 10) is None


bits = st.integers(0, 2**128 - 1)


@given(bits, st.sets(st.integers(0, 127), max_size=20), st.integers(0, 20), st.booleans(), st.integers(0, 3))
def test_near_means_at_most_so_many_bits_of_an_earlier_picture_elsewhere(
    look: int, flipped: set[int], near: int, same_task: bool, days: int
) -> None:
    other = look
    for bit in flipped:
        other ^= 1 << bit
    known = [Look(1, 5, NOON, f"{other:032x}")]
    mine = Look(2, 5 if same_task else 6, NOON + timedelta(days=days), f"{look:032x}")
    found = nearest(mine, [*known, mine], near)
    assert found == (1 if len(flipped) <= near and (not same_task or days >= 1) else None)
    assert nearest(known[0], [mine, *known], 128) is None


def test_old_is_more_than_so_many_days_before_it_was_sent() -> None:
    sent = date(2022, 6, 13)
    assert old(Shot(1, sent, sent - timedelta(days=31)), 30) == 31
    assert old(Shot(1, sent, sent - timedelta(days=30)), 30) == 0
    assert old(Shot(1, sent, sent + timedelta(days=400)), 30) == 0
    assert old(Shot(1, sent), 30) == 0
