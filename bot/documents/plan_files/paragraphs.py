"""A plan written as a list: every finding is a numbered paragraph, and labels say what the next words are.

一、问题：…        or   1. …(the finding itself)
整改目标：…             责任单位：…
整改措施：（1）…        整改时限：…
（2）…                  整改目标：…
责任单位：…             整改措施：
整改时限：…             （1）…
"""

import re
from collections.abc import Sequence

from bot.documents.plan_files.finding import ONE_LINE, PER_MEASURE, Finding
from bot.documents.plan_files.grid import GridCell
from bot.documents.plan_files.listing import Line, read_line
from bot.documents.plan_files.titles import (
    is_date_line,
    is_note,
    is_section,
    is_total,
    section_name,
    strength,
    title_among,
)
from bot.domain.numbering import value_of
from bot.domain.plan_fields import Field
from bot.domain.plan_labels import Piece
from bot.domain.plan_rows import Cell, Row, Sheet

# These labels begin a finding when the one being read has them already.
_OPENING: frozenset[Field] = frozenset({"number", "title", "category", "problem", "task"})
_CONTENT: frozenset[Field | None] = frozenset({"objective", "measure"})
_PLAN_NAME = re.compile(r"(?:专项.{0,14}方案|整改方案|任务清单|整改清单|任务台账)(?:[（(].*[）)])?$")
_ATTACHED = re.compile(r"附件\s*[0-9０-９一二三四五六七八九十]+")
_VERB = re.compile(r"制定|编制|印发|落实|按照|完成|出台|形成|依据|根据|修订|执行")


def read_paragraphs(name: str, cells: Sequence[GridCell]) -> list[Sheet]:
    """The plans among these paragraphs; none when no finding with a label is found."""
    return _ListReader(name, [line for cell in cells for line in read_line(cell)]).read()


class _ListReader:
    """Walks the lines once. Whether a numbered line is a finding, a section or a measure is told by what follows it.

    A list is of one of two kinds: its findings begin with a label (问题：…), or with a number and labels further down.
    """

    def __init__(self, name: str, lines: list[Line]) -> None:
        self._name = name
        self._lines = lines
        opening = "problem" if any(line.label == "problem" for line in lines) else "task"
        self._opens = [line.label == opening for line in lines]
        self._labelled = any(self._opens)
        headings = sum(map(self._is_heading, range(len(lines))))
        self._headings_are_sections = headings < sum(self._opens)
        self._section = ""
        self._finding: Finding | None = None
        self._head_style = ""
        self._section_style = ""
        self._rows: list[Row] = []
        self._around: list[GridCell] = []
        self._sheets: list[Sheet] = []

    def read(self) -> list[Sheet]:
        for at, line in enumerate(self._lines):
            self._take(at, line)
        self._end_plan()
        return self._sheets

    def _is_heading(self, at: int) -> bool:
        """一、关于大气污染: a number and a few words right above an opening label that has no number of its own."""
        line = self._lines[at]
        plain = bool(line.style) and line.label is None and len(line.pieces) == 1
        return plain and at + 1 < len(self._lines) and self._opens[at + 1] and not self._lines[at + 1].style

    def _take(self, at: int, line: Line) -> None:
        finding = self._finding
        if self._names_plan(line):
            self._end_plan()
            self._put_around(line)
        elif line.label is None and (is_note(line.raw) or is_total(line.raw) or is_date_line(line.raw)):
            self._put_around(line)
        elif line.label is not None:
            self._take_label(line)
        elif line.style:
            self._take_numbered(at, line)
        elif finding and self._may_go_on(finding) and not self._is_signature(at):
            finding.go_on(line.text, line.where)
            self._add_pieces(line.pieces[1:], line.where)
        else:
            self._put_around(line)

    def _is_signature(self, at: int) -> bool:
        """天津市整改办, with the day below it."""
        below = self._lines[at + 1].raw if at + 1 < len(self._lines) else ""
        return is_date_line(below) and len(self._lines[at].raw) <= 30 and "。" not in self._lines[at].raw

    def _put_around(self, line: Line) -> None:
        self._around.append(GridCell(line.raw, line.where))

    def _names_plan(self, line: Line) -> bool:
        """附件2 大气污染专项整治方案: the title of the next plan, after at least one finding of this one."""
        raw = line.raw
        if line.label is not None or line.style or len(raw) > 60 or not strength(raw):
            return False
        named = _PLAN_NAME.search(raw) is not None and _VERB.search(raw) is None
        return (self._finding is not None or bool(self._rows)) and (named or _ATTACHED.match(raw) is not None)

    def _take_label(self, line: Line) -> None:
        if self._finding is None and line.label not in _OPENING:
            self._put_around(line)
            return
        if self._finding is None or self._is_next_finding(line.label, self._finding):
            self._begin(line)
        pieces = line.pieces
        if line.style == "措施":
            pieces = (Piece("measure", f"（{line.number}）{line.text}"), *pieces[1:])
        self._add_pieces(pieces, line.where)

    @staticmethod
    def _is_next_finding(label: Field | None, finding: Finding) -> bool:
        seen = finding.seen()
        if label == "number":
            return bool(seen & {"number", "problem", "task"})
        if label in ("problem", "task"):
            return label in seen or bool(finding.measures)
        return label in _OPENING and label in seen

    def _begin(self, line: Line) -> None:
        self._end_finding()
        number = line.number if line.label in (None, "problem", "task") else ""
        self._finding = Finding(self._section, line.where, number)
        self._head_style = line.style if number else self._head_style

    def _add_pieces(self, pieces: Sequence[Piece], where: str) -> None:
        for piece in pieces:
            if self._finding is not None and piece.field is not None:
                self._finding.add(piece.field, piece.text, where)

    def _take_numbered(self, at: int, line: Line) -> None:
        finding = self._finding
        if self._labelled and self._is_heading(at) and self._headings_are_sections:
            self._open_section(line)
        elif self._is_head(at, line):
            self._take_head(line)
        elif finding and finding.continues(line):
            finding.add("measure", line.mark + line.text, line.where)
            self._add_pieces(line.pieces[1:], line.where)
        elif self._is_section(at, line):
            self._section_style = line.style
            self._open_section(line)
        elif finding and self._ends(line, finding):
            self._end_finding()
            self._put_around(line)
        elif finding and finding.last is not None and self._may_go_on(finding):
            finding.go_on(line.raw, line.where)
        else:
            self._put_around(line)

    @staticmethod
    def _may_go_on(finding: Finding) -> bool:
        return finding.last not in ONE_LINE or finding.unfinished()

    def _ends(self, line: Line, finding: Finding) -> bool:
        """三、保障措施 after the last finding: numbered on like the findings, but nothing of a finding follows."""
        complete = bool(finding.measures) and "deadline" in finding.seen()
        return complete and line.style == self._head_style and value_of(line.number) == value_of(finding.number) + 1

    def _open_section(self, line: Line) -> None:
        self._end_finding()
        self._section = section_name(line.raw)

    def _take_head(self, line: Line) -> None:
        self._begin(line)
        assert self._finding is not None
        if self._labelled:
            self._finding.cells["title"] = Cell(line.text.rstrip("。；"), line.where)
            return
        self._finding.add("problem", line.text, line.where)
        self._add_pieces(line.pieces[1:], line.where)

    def _is_head(self, at: int, line: Line) -> bool:
        """A numbered line that opens a finding: right above its label 问题, or with the finding's labels below it."""
        if self._labelled:
            return self._is_heading(at)
        finding = self._finding
        if not self._may_be_head(at, line):
            return False
        if finding is None or not finding.continues(line):
            return True
        # It could as well be the next measure: its own labels again, and its number being the next finding's, decide.
        follows = self._labels_after(at)
        again = follows & finding.seen() & (PER_MEASURE | _CONTENT)
        return value_of(line.number) == value_of(finding.number) + 1 and bool(again)

    def _may_be_head(self, at: int, line: Line) -> bool:
        if self._head_style and line.style != self._head_style:
            return False
        inline = {piece.field for piece in line.pieces[1:]}
        return bool(inline & _CONTENT) if inline else bool(self._labels_after(at))

    def _labels_after(self, at: int) -> set[Field | None]:
        """The labels in this line, else that of the next line that has one; none if a numbered line comes first."""
        inline = {piece.field for piece in self._lines[at].pieces[1:]}
        if inline:
            return inline
        for line in self._lines[at + 1 :]:
            if line.label is not None:
                return {line.label}
            if line.style:
                break
        return set()

    def _is_section(self, at: int, line: Line) -> bool:
        """一、大气方面: short, and the next numbered or labelled line opens a finding, or numbered like such a one."""
        if not is_section(line.raw) or len(line.pieces) > 1:
            return False
        if line.style == self._section_style and not (self._finding and line.style == self._finding.measure_style):
            return True
        for after in range(at + 1, len(self._lines)):
            following = self._lines[after]
            if following.label is not None:
                return self._opens[after]
            if following.style:
                return self._is_heading(after) if self._labelled else self._heads_after_section(after, following)
        return False

    def _heads_after_section(self, at: int, line: Line) -> bool:
        measure_style = self._finding.measure_style if self._finding else ""
        return self._may_be_head(at, line) and line.style != measure_style

    def _end_finding(self) -> None:
        if self._finding is not None and (self._finding.cells or self._finding.measures):
            self._rows += self._finding.rows()
        self._finding = None

    def _end_plan(self) -> None:
        self._end_finding()
        if self._rows:
            around = tuple(Cell(line.text, line.where) for line in self._around)
            self._sheets.append(Sheet(self._name, title_among(self._around, certain=True), tuple(self._rows), around))
        self._around, self._rows, self._section = [], [], ""
        self._head_style, self._section_style = "", ""
