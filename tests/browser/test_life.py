"""The last stretch of a task's life as its people see it in the page, one after the other (pictures for the docs)."""

from io import BytesIO
from pathlib import Path

import pytest
from conftest import Demo
from looking import ask, opened, picture, press, said
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bot.settings import shipped


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Demo) -> Page:
    return opened(browser, demo.url)


def to(page: Page, persona: str) -> None:
    page.locator(".person", has_text=persona).first.click()
    expect(page.locator(".pane-title").first).to_contain_text(persona)
    expect(page.locator("article.turn").last).to_be_attached()


def photograph(folder: Path) -> str:
    """The demonstration's picture as a camera wrote it half a year before."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2021:11:30 10:20:00"
    taken, file = BytesIO(), folder / "二标段现场.jpg"
    with Image.open(next(shipped("demo").glob("排口整治后*.jpg"))) as scene:
        scene.resize((800, 600)).save(taken, "JPEG", exif=exif)
    file.write_bytes(taken.getvalue())
    return str(file)


def test_the_office_sees_how_a_ladder_climbs(page: Page) -> None:
    to(page, "市整改办 王某")
    expect(ask(page, "待签发")).to_contain_text("待签发")
    expect(ask(page, "为何 7")).to_contain_text("红色督办单")
    picture(page, "ladder-climbs")


def test_the_unit_finishes_and_the_verifier_sees_what_deserves_a_second_look(page: Page, tmp_path: Path) -> None:
    to(page, "市水务局 陈某")
    page.locator("input[type=file]").first.set_input_files(photograph(tmp_path))
    page.get_by_label("按文件发送").check()
    expect(ask(page, "佐证 07")).to_contain_text("已收　07")
    expect(ask(page, "进度 07 100% 二标段清淤全部完成，3.2 公里")).to_contain_text("→ 100%")
    expect(ask(page, "自查完成 07 已对照方案逐条核对")).to_contain_text("自查完成")
    expect(ask(page, "申请销号 07 二标段清淤完成，断面恢复")).to_contain_text("已申请销号")
    to(page, "市水务局 张某")
    press(said(page, "请同意"), "同意")
    to(page, "市生态环境局 周某")
    asked = said(page, "请核查　07 独流减河清淤")
    expect(asked).to_contain_text("自记拍于 2021年11月30日")
    picture(page, "verifying")
    expect(ask(page, "现场核查 07 2022-06-19 周某、孙某 断面已清，淤泥已转运")).to_contain_text("现场核查已记")
    expect(ask(page, "同意 07 材料齐全")).to_contain_text("验收合格")


def test_the_office_publishes_and_reads_the_whole_history(page: Page) -> None:
    to(page, "市整改办 王某")
    expect(ask(page, "同意 07")).to_contain_text("已公示　07")
    expect(ask(page, "历史 07")).to_contain_text("现场核查 6月19日")
    picture(page, "history")
    expect(ask(page, "为何 7")).to_contain_text("停止")
    picture(page, "ladder-stops")


def test_a_correction_is_shown_before_it_is_done(page: Page) -> None:
    to(page, "市整改办 王某")
    expect(ask(page, "更改 31.2 时限 2022年6月30日前 原因 抄录有误 依据 津整改办〔2022〕15号")).to_contain_text(
        "依据：津整改办〔2022〕15号"
    )
    expect(ask(page, "更改 12 简称 入河排污口整治 原因 与印发稿一致")).to_contain_text("改：入河排污口整治")
    picture(page, "amending")
