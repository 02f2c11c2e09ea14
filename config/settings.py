"""The one settings object, read from `TOUCHSTONE_*` variables and `touchstone.toml`, handed to whoever needs it."""

import os
import re
import tomllib
from contextlib import suppress
from importlib import resources
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, unquote

import platformdirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.errors import SettingsError, Worded, msgid, pydantic_reason, worded
from config.languages import FIRST_FORMS, SHOWN
from config.named_files import encoding_of

PREFIX = "TOUCHSTONE_"
# A hundred years: longer cool-downs mean "never again", and would lead out of the calendar.
LONGEST_COOLDOWN_HOURS = 876_000.0

SHORTEST_KEY = 8
_LAST_PORT = 65_535

_MOST_SHARDS = 16_384
_SHOWN = 40
_UNSHOWN = (
    "database_url", "discord_token", "embedder_url", "embedder_key", "extractor_url", "extractor_key", "hash_key",
    "factcheck_google_key",
)  # fmt: skip
_LEVELS = {"WARN": "WARNING", "FATAL": "ERROR", "CRITICAL": "ERROR"}

if TYPE_CHECKING:
    _SpokenLanguage = str
else:  # what the table names, which only pydantic can know
    _SpokenLanguage = Literal[("auto", *SHOWN)]
EmbedderName = Literal["auto", "none", "semantic", "onnx", "http"]


def data_folder() -> Path:
    """Return the user's data folder for Touchstone; it may not exist yet. Raises SettingsError without a home."""
    try:
        return Path(platformdirs.user_data_dir("touchstone", appauthor=False))
    except RuntimeError:  # a user of a number only, as containers have them
        said = msgid("There is no home folder here that could hold Touchstone's data. Set {name}, or HOME.")
        raise SettingsError((worded(said, name="XDG_DATA_HOME"),)) from None


def default_database_url() -> str:
    """Return the address of the SQLite file in the user's data folder."""
    return f"sqlite:///{data_folder() / 'touchstone.db'}"


class Settings(BaseSettings):
    """Everything an operator can set; the environment wins over `touchstone.toml`, which wins over `defaults.toml`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    # It may hold a password, and so is not shown with the others.
    database_url: str = Field(
        repr=False,
        default_factory=default_database_url,
        description="Where the claim base lives (SQLite or PostgreSQL).",
    )
    discord_token: SecretStr | None = Field(
        default=None, description="The bot's token from the Discord developer portal."
    )
    shard_count: int | None = Field(
        default=None, ge=1, le=_MOST_SHARDS, description="Number of gateway shards; empty: as Discord recommends."
    )
    shard_ids: Annotated[tuple[int, ...] | None, NoDecode] = Field(
        default=None,
        description="Shards of this process, such as 0,1 or 0-3, where several share shard_count; empty: all.",
    )
    language: _SpokenLanguage = Field(description="Language of replies; auto: the message's.")
    cooldown_hours: float = Field(
        ge=0, description="Hours before the same claim is answered again in the same channel."
    )
    cards_per_hour: int = Field(ge=0, description="Cards in one channel within an hour; after these it gets hints.")
    sighting_days: int = Field(
        ge=1, le=36_500, description="Days that a sighting (ids and scores, never text) is kept."
    )
    max_claims: int = Field(ge=1, le=3, description="How many claims one reply may answer.")
    near_miss_share: float = Field(
        gt=0,
        le=1,
        description="A match below its cut-off goes to the moderators' queue from this share of it on; 1: none does.",
    )
    packs: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        default=None,
        description="Packs in force: their names, files, or none; unset: as `touchstone packs` has it, at first all.",
    )
    tuning_file: Path | None = Field(
        default=None, description="Weights and cut-offs written by `touchstone calibrate`."
    )
    embedder: EmbedderName = Field(
        description="Sentence embedder: auto (the packaged one, where installed), none, semantic, onnx or http."
    )
    embedder_url: str = Field(repr=False, description="Base address of an OpenAI-compatible embeddings server.")
    embedder_model: str = Field(description="Model name sent to the embeddings server.")
    embedder_key: SecretStr | None = Field(
        default=None, description="Bearer key for the embeddings server, if it wants one."
    )
    embedder_timeout: float = Field(gt=0, le=3_600, description="Seconds before an embedder call counts as failed.")
    extractor_url: str | None = Field(
        repr=False,
        default=None,
        description="Base address of an OpenAI-compatible chat server that finds claims in documents; empty: none.",
    )
    extractor_model: str | None = Field(default=None, description="Model name sent to that server.")
    extractor_key: SecretStr | None = Field(default=None, description="Bearer key for that server, if it wants one.")
    extractor_tokens: int = Field(ge=1, description="Tokens after which one run over a document asks no more.")
    extractor_price: float = Field(ge=0, description="What a million tokens cost, in any money; 0: not known.")
    extractor_cost: float = Field(ge=0, description="What one run may cost, in the same money; 0: no bound but tokens.")
    extractor_timeout: float = Field(gt=0, le=3_600, description="Seconds that one answer of the model may take.")
    onnx_folder: Path | None = Field(default=None, description="Folder with model.onnx and tokenizer.json.")
    check_sources: bool = Field(
        description="Whether the bot checks once a day that the pages of documents still say what claims cite."
    )
    factcheck_google_key: SecretStr | None = Field(
        default=None, description="Key for Google's Fact Check Tools, which servers can let /check ask; empty: none."
    )
    factcheck_cofacts: bool = Field(description="Whether servers can let /check ask Cofacts.")
    public_url: str | None = Field(
        default=None, description="Where the site of `touchstone claims site` is published: cards then link to it."
    )
    hash_key: SecretStr | None = Field(
        default=None, description="Key for hashing user ids; made and kept beside the database if empty."
    )
    health_address: str = Field(
        description="Where `touchstone run` answers /health and /metrics: host:port, by default this machine; or none."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(description="How much is logged.")
    log_format: Literal["text", "json"] = Field(description="Log lines as text or as JSON objects.")

    @field_validator("log_level", "log_format", "embedder", "language", mode="before")
    @classmethod
    def _as_it_is_spelt(cls, value: object, info: ValidationInfo) -> object:
        """Take small letters for capital ones and the other way round, as people write them."""
        spellings: tuple[object, ...] = get_args(cls.model_fields[info.field_name or ""].annotation)
        if not isinstance(value, str):
            return value
        given = {**_LEVELS, **FIRST_FORMS}.get(value.upper(), value).replace("_", "-").lower()
        return next((each for each in spellings if str(each).lower() == given), value)

    @field_validator("cooldown_hours")
    @classmethod
    def _within_the_calendar(cls, value: float) -> float:
        return min(value, LONGEST_COOLDOWN_HOURS)

    @field_validator("discord_token", "embedder_key", "extractor_key", "factcheck_google_key")
    @classmethod
    def _on_one_line(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().splitlines()) > 1:
            raise ValueError(worded("there is a line break in it: copy it again, as one line"))
        return value

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s<>\"?#()\[\]]{1,300}", value):
            raise ValueError(worded("this is no address of a site: write it as https://…, without ? and #"))
        return value.rstrip("/") if value else value

    @field_validator("health_address")
    @classmethod
    def _has_a_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        is_place = host and (":" not in host or re.fullmatch(r"\[[0-9a-fA-F:.]+\]", host))
        if value != "none" and not (is_place and re.fullmatch(r"\d{1,5}", port, re.ASCII) and int(port) <= _LAST_PORT):
            raise ValueError(worded("this is no address: write 127.0.0.1:9480, [::1]:9480, or none"))
        return value

    @field_validator("hash_key")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_KEY:
            text = msgid("it is too short: take {least} characters or more, as `openssl rand -hex 32` makes")
            raise ValueError(worded(text, least=SHORTEST_KEY))
        return value

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _numbered(cls, given: object) -> object:
        """Read `0,4-7` as a list."""
        if not isinstance(given, str):
            return given
        found: list[int] = []
        for part in filter(None, (each.strip() for each in given.split(","))):
            first, dash, last = part.partition("-")
            if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
                raise ValueError(worded("{part!r} is no shard: write numbers from 0, such as 0,1 or 0-3", part=part))
            shards = range(int(first), min(int(last) if dash else int(first), int(first) + _MOST_SHARDS) + 1)
            if not shards:
                raise ValueError(worded("{part!r} names no shard: write the lower number first", part=part))
            found += shards
        return tuple(sorted(set(found))) or None

    @field_validator("shard_ids")
    @classmethod
    def _of_all_shards(cls, value: tuple[int, ...] | None, info: ValidationInfo) -> tuple[int, ...] | None:
        count = info.data.get("shard_count")
        if value is None:
            return value
        if count is None:
            raise ValueError(worded("set shard_count too, to the number of shards of all processes"))
        if not value or min(value) < 0 or max(value) >= count:
            text = msgid("name shards from 0 to {last}, as shard_count is {count}")
            raise ValueError(worded(text, last=count - 1, count=count))
        return value

    @field_validator("packs", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """Read `a,b` as a list, and `none` as one without any pack."""
        if not isinstance(given, str):
            return given
        names = [name.strip() for name in given.split(",") if name.strip()]
        return () if [name.casefold() for name in names] in ([], ["none"]) else tuple(names)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, the operator's file, the shipped defaults."""
        with resources.as_file(resources.files("config") / "defaults.toml") as defaults:
            return (
                init_settings,
                _Environment(settings_cls),
                InitSettingsSource(settings_cls, read_settings_file()),
                TomlConfigSettingsSource(settings_cls, toml_file=defaults),
            )


class _Environment(EnvSettingsSource):
    """The environment, in which an empty variable is as good as none."""

    def __call__(self) -> dict[str, Any]:
        return tidied(super().__call__())


def load_settings(**given: object) -> Settings:
    """Read the settings, those given first.

    Raises:
        SettingsError: names each faulty setting and how to mend it.
    """
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType]  pydantic judges the values
    except ValidationError as error:
        faults = (
            _fault(str(each["loc"][0]), pydantic_reason(each["type"], each["msg"], each.get("ctx", {})), each["input"])
            for each in error.errors()
        )
        raise SettingsError(tuple(faults)) from None


def unknown_variables() -> tuple[str, ...]:
    """Return the `TOUCHSTONE_*` variables that name no setting: most likely misspelt."""
    # ADDRESS is no setting: whoever builds the package names its repository with it.
    names = {PREFIX + name.upper() for name in (*Settings.model_fields, "address")}
    return tuple(sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in names))


def missing_folder(address: str) -> Path | None:
    """Return the folder of a base's file where it is missing; the user's own data folder never is."""
    if not address.startswith("sqlite:///"):
        return None
    with suppress(SettingsError):
        if address == default_database_url():
            return None
    folder = Path(address.removeprefix("sqlite:///")).parent
    try:
        return None if folder.exists() else folder
    except OSError:  # may not be looked at: the base says so
        return None


def no_folder(folder: Path) -> Worded:
    """Return the sentence about a missing folder, which a slip in the path leads to most of the time."""
    return worded(
        "There is no folder {folder} for the claim base. Mend database_url, or make it: {command}",
        folder=folder,
        command=f"mkdir -p {quote(str(folder))}",
    )


def database_secrets(url: str) -> tuple[str, ...]:
    """Return the passwords in the address of a database, as they are written and as they are meant."""
    if url.startswith("sqlite"):
        return ()
    rest, _, query = url.partition("://")[2].partition("?")
    written = [rest.rpartition("@")[0].partition(":")[2]]
    # A password with an unescaped ? or @ is cut in the wrong place: then all that could belong to it is one.
    if "@" in query:
        written += [rest.partition(":")[2], query]
    written += [value for name, value in parse_qsl(query) if "pass" in name.lower()]
    return tuple(dict.fromkeys(part for each in written for part in (each, unquote(each)) if part))


def shown_database(url: str) -> str:
    """Return the address of a database as it may be shown: without password and options."""
    kind, _, rest = url.partition("://")
    if url.startswith("sqlite"):
        return url
    if "@" in rest.partition("?")[2]:
        return f"{kind}://***"
    user, at, place = rest.partition("?")[0].rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{kind}://{name}{':***' if colon else ''}{at}{place}"


def _fault(name: str, reason: str, value: object) -> str:
    """Say where a faulty setting was written, and how to mend it; what may be a secret stays unsaid."""
    place, known = _place(name), Settings.model_fields.get(name)
    if known is None:
        text = msgid("{place}: there is no such setting. Take it out, or mend its name: the README lists all settings.")
        return worded(text, place=place)
    description = known.description or ""
    about = worded(description)
    if name in _UNSHOWN:
        return worded("{place}: {reason}. {about}", place=place, reason=reason, about=about)
    text = msgid("{place}: {reason}. {about} It is {value}.")
    return worded(text, place=place, reason=reason, about=about, value=_short(value))


def _short(value: object) -> str:
    try:
        text = repr(value).encode("utf-8", "backslashreplace").decode()
    except ValueError:  # a whole number of thousands of digits
        return worded("a number of far too many digits")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _place(name: str) -> str:
    variable = PREFIX + name.upper()
    if variable in map(str.upper, os.environ):
        return variable
    number = line_of(rf"[\"']?{re.escape(name)}\b")
    if not number:
        return variable
    return worded("{file}, line {number}, {name}", file=SETTINGS_FILE, number=number, name=name)


SETTINGS_FILE = "touchstone.toml"

_MOST_BYTES = 1_000_000
# What copying leaves around a value and nobody sees: spaces, a byte order mark, spaces of no width.
_UNSEEN = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff"


def read_settings_file() -> dict[str, Any]:
    """Return the settings of the file in this folder, by name; none where there is no file.

    Raises:
        SettingsError: names the line, what is wrong with it, and the mend.
    """
    text = _text()
    if text is None:
        return {}
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise _refused(worded("it is nested too deeply. Write one setting a line: name = value")) from None
    # An endless number is a plain ValueError.
    except ValueError as error:
        text = msgid("this is no TOML: {reason}. Mend the line, or move the file away")
        raise _refused(worded(text, reason=str(error))) from error
    for name, value in values.items():
        if isinstance(value, dict):
            text = msgid(
                "[{name}] is a heading. Settings stand without one: take the line away, and keep those below it"
            )
            raise _refused(worded(text, name=name), line_of(rf"\[+\s*[\"']?{re.escape(name)}\b"))
    return tidied(values)


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values without quotes and unseen characters around them, and without those that are then empty."""
    bare = {name: _bare(value) if isinstance(value, str) else value for name, value in values.items()}
    return {name: value for name, value in bare.items() if value != ""}


def line_of(pattern: str) -> int:
    """Return the first line of the file that begins with the pattern, counted from 1; 0 where there is none."""
    try:
        lines = (_text() or "").splitlines()
    except SettingsError:
        return 0
    return next((number for number, line in enumerate(lines, 1) if re.match(rf"\s*{pattern}", line)), 0)


def _bare(value: str) -> str:
    value = value.strip(_UNSEEN)
    # Files of variables, as containers read them, keep the quotes that a shell would take off.
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip(_UNSEEN)
    return value


def _text() -> str | None:
    path = Path(SETTINGS_FILE)
    try:
        if not path.exists():
            return None
        if not path.is_file():
            raise _refused(worded("this is no ordinary file. Move it away, or put a file of settings in its place"))
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        text = msgid("it cannot be read ({reason}). Give Touchstone the right to read it, or move it away")
        raise _refused(worded(text, reason=reason)) from error
    if len(raw) > _MOST_BYTES:
        raise _refused(worded("it is larger than 1 MB, which no file of settings is. Move it away"))
    return _decoded(raw).replace("\r\n", "\n")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode(encoding_of(raw))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        said = worded("this is not UTF-8, but another code page. Save the file as UTF-8")
        raise _refused(said, line) from None


def _refused(fault: str, line: int = 0) -> SettingsError:
    if line:
        return SettingsError((worded("{file}, line {line}: {fault}.", file=SETTINGS_FILE, line=line, fault=fault),))
    return SettingsError((worded("{file}: {fault}.", file=SETTINGS_FILE, fault=fault),))
