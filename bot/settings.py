"""Every knob: environment variables DUBAN_*, the same names in lower case in config/duban.toml, defaults."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "DUBAN_"
TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
SAMPLE_SECRETS = frozenset({"123456:ABC-DEF", "123456:replace-me", "change-me", "changeme", "secret", "token"})


def shipped(name: str) -> Path:
    """A file of config/: the working directory's, or else the one that came with the code."""
    here = Path("config") / name
    return here if here.exists() else Path(__file__).resolve().parent.parent / "config" / name


class BadSetting(Exception):
    """A setting that cannot be used; the message says which, why, and what to write instead (exit 2)."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    token: SecretStr = SecretStr("")
    api_url: str = "https://api.telegram.org"
    database_url: str = "sqlite:///data/duban.db"
    office: Annotated[tuple[int, ...], NoDecode] = ()
    timezone: str = "Asia/Shanghai"
    locale: str = "zh"
    config: Path = Field(default_factory=lambda: shipped("duban.toml"))
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    listen: str = "127.0.0.1:8080"
    data: Path = Path("data")
    office_unit: str = "市整改办"
    # Asked (GET) once a minute after a good round: a watcher outside notices when it stops.
    heartbeat_url: str = ""
    # Sending pace; below Telegram's limits of 30/s overall, 1/s a chat and 20/min a group.
    pace: float = Field(default=29.5, gt=0)
    chat_pace: float = Field(default=1.0, gt=0)
    group_pace_per_minute: float = Field(default=20, gt=0)
    policy: Path = Field(default_factory=lambda: shipped("policy.toml"))
    units: Path = Field(default_factory=lambda: shipped("units.toml"))
    workdays: Path = Field(default_factory=lambda: shipped("workdays"))

    @field_validator("office", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part for part in value.replace("，", ",").replace(" ", "").split(",") if part)
        return (value,) if isinstance(value, int) else value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {value}") from error
        return value

    @field_validator("locale")
    @classmethod
    def _locale(cls, value: str) -> str:
        if value not in ("zh", "en"):
            raise ValueError("write zh or en")
        return value

    @field_validator("token", "webhook_secret")
    @classmethod
    def _no_sample(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() in SAMPLE_SECRETS:
            raise ValueError("this is a sample, not a secret of your own")
        return value

    @field_validator("token")
    @classmethod
    def _as_botfather_gave_it(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if token and not TOKEN.fullmatch(token):
            raise ValueError("write the token as @BotFather gave it: digits, a colon, letters and digits")
        return SecretStr(token)

    @field_validator("webhook_secret")
    @classmethod
    def _sendable(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\w-]{0,256}", value.get_secret_value(), re.ASCII):
            raise ValueError("Telegram takes letters, digits, _ and -, at most 256")
        return value

    @field_validator("listen")
    @classmethod
    def _address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("write host:port, for example 127.0.0.1:8080")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("write sqlite:///file or postgresql+psycopg://user@host/name")
        return value

    @field_validator("api_url")
    @classmethod
    def _bare_url(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("write https://host or http://host:port")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _webhook(self) -> "Settings":
        if self.webhook_url:
            url = urlsplit(self.webhook_url)
            if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost", "::1"):
                raise ValueError("DUBAN_WEBHOOK_URL must be https (http only on loopback)")
            if not self.webhook_secret.get_secret_value():
                raise ValueError("DUBAN_WEBHOOK_SECRET is mandatory with DUBAN_WEBHOOK_URL")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host or "127.0.0.1", int(port)


def load_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from `given`, then the environment, then the configuration file, then the defaults.

    Raises BadSetting for a variable or line nobody knows, with the nearest right name, and for a value of no use.
    """
    environment = os.environ if environment is None else environment
    known = set(Settings.model_fields)
    named = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    for name in named:
        if name.removeprefix(PREFIX).lower() not in known:
            raise BadSetting(_unknown(name, [PREFIX + field.upper() for field in known]))
    values = {name.removeprefix(PREFIX).lower(): value for name, value in named.items()} | given
    file = Path(values.get("config") or shipped("duban.toml"))
    values = _from_file(file, known, asked="config" in values) | values
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = PREFIX + str(first["loc"][0]).upper() + ": " if first["loc"] else ""
        raise BadSetting(place + str(first["msg"]).removeprefix("Value error, ")) from None


def _from_file(file: Path, known: set[str], *, asked: bool) -> dict[str, Any]:
    if not file.exists():
        if asked:
            raise BadSetting(f"DUBAN_CONFIG: there is no file {file}")
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{file}: {error}") from None
    for name in values:
        if name not in known:
            raise BadSetting(f"{file}: " + _unknown(name, list(known)))
    return values


def _unknown(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"no setting is called {name}" + (f"; did you mean {near[0]}?" if near else "")
