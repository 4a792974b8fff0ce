"""The one list of commands: Latin name, the Chinese words that mean the same, who sees it in the menu, what runs."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.chat import (
    amending,
    asking,
    assembling,
    auditing,
    closing,
    deciding,
    extending,
    handing,
    importing,
    indicators,
    own,
    pages,
    paper,
    papers,
    reopening,
    reporting,
    rhythms,
    running,
    scoring,
    silence,
    subscribing,
    urging,
    withdrawing,
)
from bot.chat.talk import Talk
from bot.domain.people import EVERYONE, UNIT_PEOPLE, Role

OFFICE = frozenset({Role.OFFICE})
REPORTERS = UNIT_PEOPLE | OFFICE
ATTACHING = REPORTERS | {Role.VERIFIER}
# A liaison decides while standing in for a head who is away.
DECIDERS = EVERYONE - {Role.VIEWER}


@dataclass(frozen=True, slots=True)
class Command:
    """`roles`: in whose menu it stands and who may call it at all; what it may do to a task is the rule's business."""

    name: str
    words: tuple[str, ...]
    run: Callable[[Talk, str], None]
    roles: frozenset[Role] = EVERYONE
    menu: bool = True


COMMANDS: tuple[Command, ...] = (
    Command("my", ("我的任务", "我的", "任务清单"), asking.my),
    Command("task", ("任务", "查看任务"), asking.task),
    Command("update", ("进度", "进展", "报进展", "报进度"), reporting.update, REPORTERS),
    Command("same", ("无变化",), reporting.same, UNIT_PEOPLE),
    Command("ack", ("签收",), reporting.ack, UNIT_PEOPLE),
    Command("evidence", ("佐证", "证据", "附件"), reporting.evidence),
    Command("withdraw", ("撤下",), withdrawing.withdraw, ATTACHING),
    Command("difficulty", ("困难", "需协调"), reporting.difficulty, UNIT_PEOPLE),
    Command("indicator", ("指标",), indicators.indicator),
    Command("finish", ("自查完成",), reporting.finish, UNIT_PEOPLE),
    Command("undo", ("撤回", "撤销"), reporting.undo),
    Command("extend", ("延期", "申请延期"), extending.extend, REPORTERS),
    Command("done", ("申请销号",), closing.done, UNIT_PEOPLE),
    Command("pending", ("待办",), deciding.pending, DECIDERS),
    Command("approve", ("同意",), deciding.approve, DECIDERS),
    Command("return", ("退回",), deciding.send_back, DECIDERS),
    Command("spot", ("现场核查",), closing.spot, frozenset({Role.VERIFIER, Role.OFFICE})),
    Command("object", ("异议",), closing.object_to),
    Command("paper", ("纸签", "代录签字"), paper.paper, OFFICE),
    Command("reopen", ("重开", "反弹"), reopening.reopen, OFFICE),
    Command("note", ("批示",), reporting.note, frozenset({Role.LEADER})),
    Command("history", ("历史", "历程"), asking.history),
    Command("search", ("查找", "搜索", "查询"), asking.search),
    Command("due", ("到期", "即将到期"), asking.due),
    Command("overdue", ("超期", "逾期"), asking.overdue),
    Command("who", ("谁没报", "未报送", "谁未报"), asking.who),
    Command("digest", ("周报", "通报", "摘要"), asking.digest),
    Command("board", ("一图", "看板"), papers.board),
    Command("report", ("通报稿", "周报稿"), papers.report),
    Command("export", ("台账", "导出", "导出台账"), papers.export),
    Command("brief", ("会前一页纸", "一页纸"), pages.brief),
    Command("compare", ("前后对比", "对比"), pages.compare),
    Command("bill", ("减负账单", "账单"), pages.bill),
    Command("rank", ("排名",), asking.rank, frozenset({Role.OFFICE, Role.LEADER, Role.HEAD, Role.VIEWER})),
    Command("score", ("考核", "考核分"), scoring.score, frozenset({Role.OFFICE, Role.LEADER, Role.HEAD, Role.VIEWER})),
    Command("when", ("何时",), asking.when, OFFICE),
    Command("urge", ("催报", "催办"), running.urge, REPORTERS),
    Command("assemble", ("汇总",), assembling.assemble, UNIT_PEOPLE),
    Command("sheet", ("督办单",), urging.sheet, OFFICE),
    Command("drafts", ("待签发",), urging.show_drafts, OFFICE),
    Command("answer", ("回复督办单", "答复督办单", "答复"), urging.answer, UNIT_PEOPLE),
    Command("issue", ("签发",), running.issue, OFFICE),
    Command("hold", ("暂缓",), running.hold, OFFICE),
    Command("correct", ("更正",), urging.correct, OFFICE),
    Command("amend", ("更改",), amending.amend, OFFICE),
    Command("import", ("导入", "导入方案"), importing.import_, OFFICE),
    Command("invite", ("邀请",), running.invite, OFFICE),
    Command("members", ("成员", "人员"), running.members, OFFICE),
    Command("assign", ("转办",), handing.assign, REPORTERS),
    Command("cadence", ("报送周期", "报送频次"), rhythms.cadence, OFFICE),
    Command("audit", ("审计", "审计记录"), auditing.audit, OFFICE),
    Command("bind", ("绑定",), running.bind, OFFICE),
    Command("subscribe", ("订阅",), subscribing.subscribe),
    Command("unsubscribe", ("退订",), subscribing.unsubscribe),
    Command("why", ("为何", "为何提醒"), silence.why),
    Command("snooze", ("缓提醒",), silence.snooze, UNIT_PEOPLE),
    Command("mute", ("静音",), silence.mute),
    Command("away", ("外出", "请假"), handing.away),
    Command("whoami", ("我是谁",), own.whoami),
    Command("lang", ("语言",), own.lang),
    Command("quiet", ("免打扰", "勿扰"), own.quiet),
    Command("help", ("帮助", "怎么用"), own.help_),
    Command("cancel", ("取消",), own.cancel),
    Command("start", ("开始",), own.start, menu=False),
    Command("which_done", ("办结", "完成"), reporting.which_done, UNIT_PEOPLE, menu=False),
)
BY_NAME = {command.name: command for command in COMMANDS}
# Words that are a command with its argument already said.
PHRASES = {"本周到期": "due week", "本月到期": "due month", "其余无变化": "same rest"}
WORDS = {word: command.name for command in COMMANDS for word in command.words} | PHRASES


def menu_for(role: str) -> list[Command]:
    """The commands a role may use, in the order of the table."""
    return [command for command in COMMANDS if command.menu and Role(role) in command.roles]
