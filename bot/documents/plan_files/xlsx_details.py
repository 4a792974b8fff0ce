"""What calamine leaves out of an xlsx: number formats, error values, formulas never calculated, page margins' text."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from posixpath import dirname, join, normpath
from xml.etree import ElementTree

from bot.domain.refusal import Refusal

# Formats a workbook may use without spelling them out (ECMA-376 §18.8.30, Chinese locale for 27-36 and 50-58).
_BUILT_IN = {
    2: "0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    17: "mmm-yy",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    52: 'yyyy"年"m"月"',
    57: 'yyyy"年"m"月"',
}
_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(/?)>")
_ATTRIBUTE = re.compile(r'\b(r|s|t)="([^"]*)"')
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>([^<]*)<|<(?:\w+:)?is\b")
_MARGIN = re.compile(r"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)\b[^>]*>([^<]+)<")
_MARGIN_CODE = re.compile(r"&(?:\"[^\"]*\"|K[0-9A-F]{6}|\d+|[A-Z])")
_DRAWN = re.compile(r"<a:t>([^<]+)</a:t>")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')


@dataclass(slots=True)
class Details:
    """Of one sheet: the format code of each formatted cell, its fault ("#REF!", or "=" for a formula without a value),
    and the text printed in the margins or drawn over the cells. `known` is false when nothing could be told."""

    formats: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    margins: list[str] = field(default_factory=list)
    known: bool = False


def read_details(data: bytes, name: str) -> dict[str, Details]:
    """Per sheet name. Refuses with plan_corrupt."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            formats = _formats(parts)
            return {sheet: _sheet_details(parts, path, formats) for sheet, path in _sheet_paths(parts).items()}
    except (KeyError, ValueError, zipfile.BadZipFile, ElementTree.ParseError, EOFError) as broken:
        raise Refusal("plan_corrupt", name=name) from broken


def shown_date(value: date | datetime, code: str) -> str:
    """As the cell shows it where that matters: a month without its day stays a month, a year stays a year.

    A year the cell does not show is kept, because the cell does know it.
    """
    marks = _LITERAL.sub("", code.split(";")[0]).lower()
    if "y" in marks and "d" not in marks:
        return f"{value.year}年{value.month}月" if "m" in marks else f"{value.year}年"
    return f"{value.year}年{value.month}月{value.day}日"


def _sheet_paths(parts: zipfile.ZipFile) -> dict[str, str]:
    links = _links(parts, "xl/workbook.xml")
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
    found = {}
    for sheet in book.iter():
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        if sheet.tag.endswith("}sheet") and link in links:
            found[sheet.attrib["name"]] = links[link]
    return {sheet: path for sheet, path in found.items() if path in parts.namelist()}


def _links(parts: zipfile.ZipFile, part: str) -> dict[str, str]:
    path = f"{dirname(part)}/_rels/{part.rsplit('/', 1)[-1]}.rels"
    if path not in parts.namelist():
        return {}
    return {
        link.attrib["Id"]: normpath(join("/" + dirname(part), link.attrib["Target"])).lstrip("/")
        for link in ElementTree.fromstring(parts.read(path))
        if link.attrib.get("TargetMode") != "External"
    }


def _formats(parts: zipfile.ZipFile) -> dict[str, str]:
    """Style index (as text) → format code."""
    if "xl/styles.xml" not in parts.namelist():
        return {}
    root = ElementTree.fromstring(parts.read("xl/styles.xml"))
    codes = dict(_BUILT_IN)
    for element in root.findall(".//{*}numFmt"):
        codes[int(element.attrib["numFmtId"])] = element.attrib.get("formatCode", "")
    styles = root.find("{*}cellXfs")
    found = {}
    for index, style in enumerate(styles if styles is not None else ()):
        code = codes.get(int(style.attrib.get("numFmtId", "0")), "")
        if code and code != "General":
            found[str(index)] = code
    return found


def _sheet_details(parts: zipfile.ZipFile, path: str, formats: dict[str, str]) -> Details:
    text = parts.read(path).decode("utf-8", "replace")
    details = Details(known=True)
    for found in _CELL.finditer(text):
        told = dict(_ATTRIBUTE.findall(found.group(1)))
        at = told.get("r", "")
        if "s" in told and (code := formats.get(told["s"])):
            details.formats[at] = code
        if found.group(2):
            continue
        if told.get("t") == "e" or text.startswith("<f", found.end()) or text.startswith("<x:f", found.end()):
            _note_fault(details, at, told.get("t", ""), text[found.end() : _end_of_cell(text, found.end())])
    details.margins = [_MARGIN_CODE.sub("\n", unescape(line)) for line in _MARGIN.findall(text)]
    for link in _links(parts, path).values():
        if "/drawing" in link and link in parts.namelist():
            drawn = parts.read(link).decode("utf-8", "replace")
            details.margins += [unescape(line) for line in _DRAWN.findall(drawn)]
    return details


def _end_of_cell(text: str, start: int) -> int:
    ends = [end for mark in ("</c>", "</x:c>") if (end := text.find(mark, start)) >= 0]
    return min(ends, default=len(text))


def _note_fault(details: Details, at: str, kind: str, inside: str) -> None:
    value = _VALUE.search(inside)
    if kind == "e":
        details.faults[at] = value.group(1) if value and value.group(1) else "#?"
    elif kind != "str" and (value is None or value.group(1) == ""):
        details.faults[at] = "="  # a formula whose result was never stored: nobody has seen its value
