"""Which links Telegram takes, and what it says of the others."""

import ipaddress
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):(?://)?")


def link_fault(url: str) -> str:
    """Why Telegram refuses this link ("" when it takes it)."""
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() in {"tg", "ton", "tonsite"}:
        return ""
    if scheme and "://" in url and scheme[1].lower() not in {"http", "https"}:
        return "Unsupported URL protocol"
    try:
        parts = urlsplit(url if scheme and "://" in url else f"http://{url}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "Wrong HTTP URL"
    if not host:
        return "URL host is empty"
    return "" if _is_host(host) and " " not in url else "Wrong HTTP URL"


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and ".." not in host
    return True


def checked_link(url: str) -> str:
    """The link as Telegram stores it (http:// added, a bare host closed by a slash), "" when it is none."""
    url = url.strip()
    if link_fault(url):
        return ""
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() in {"tg", "ton", "tonsite"}:
        return url
    full = url if scheme and "://" in url else f"http://{url}"
    parts = urlsplit(full)
    return full if parts.path or parts.query or parts.fragment else full + "/"


def user_of_link(url: str) -> dict[str, Any] | None:
    """The user a `tg://user?id=…` link mentions."""
    if not url.lower().startswith("tg:") or not url[3:].lstrip("/").lower().startswith("user?"):
        return None
    number = parse_qs(url.partition("?")[2]).get("id", [""])[0]
    if not number.isdigit() or number == "0":
        return None
    return {"id": int(number), "is_bot": False, "first_name": ""}
