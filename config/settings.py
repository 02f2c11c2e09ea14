"""The one settings object, read from `TOUCHSTONE_*` variables and `touchstone.toml`, handed to whoever needs it."""

import os
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from config.errors import SettingsError

PREFIX = "TOUCHSTONE_"
SETTINGS_FILE = "touchstone.toml"

EmbedderName = Literal["auto", "none", "semantic", "onnx", "http"]


def data_folder() -> Path:
    """Return the user's data folder for Touchstone; it may not exist yet."""
    return Path(platformdirs.user_data_dir("touchstone", appauthor=False))


def default_database_url() -> str:
    """Return the address of the SQLite file in the user's data folder."""
    return f"sqlite:///{data_folder() / 'touchstone.db'}"


class Settings(BaseSettings):
    """Everything an operator can set; the environment wins over `touchstone.toml`, which wins over `defaults.toml`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=SETTINGS_FILE, extra="forbid")

    database_url: str = Field(
        default_factory=default_database_url, description="Where the claim base lives (SQLite or PostgreSQL)."
    )
    discord_token: SecretStr | None = Field(
        default=None, description="The bot's token from the Discord developer portal."
    )
    shard_count: int | None = Field(
        default=None, ge=1, description="Number of gateway shards; empty: as Discord recommends."
    )
    language: Literal["auto", "en", "zh-Hans", "zh-Hant"] = Field(
        description="Language of replies; auto: the message's."
    )
    cooldown_hours: float = Field(
        ge=0, description="Hours before the same claim is answered again in the same channel."
    )
    sighting_days: int = Field(ge=1, description="Days that a sighting (ids and scores, never text) is kept.")
    max_claims: int = Field(ge=1, le=3, description="How many claims one reply may answer.")
    near_miss_share: float = Field(
        gt=0,
        le=1,
        description="From which part of its cut-off on a match below it goes to the moderators' queue; 1: none does.",
    )
    tuning_file: Path | None = Field(
        default=None, description="Weights and cut-offs written by `touchstone calibrate`."
    )
    embedder: EmbedderName = Field(
        description="Sentence embedder: auto (the packaged one, where installed), none, semantic, onnx or http."
    )
    embedder_url: str = Field(description="Base address of an OpenAI-compatible embeddings server.")
    embedder_model: str = Field(description="Model name sent to the embeddings server.")
    embedder_key: SecretStr | None = Field(
        default=None, description="Bearer key for the embeddings server, if it wants one."
    )
    embedder_timeout: float = Field(gt=0, description="Seconds before an embedder call counts as failed.")
    onnx_folder: Path | None = Field(default=None, description="Folder with model.onnx and tokenizer.json.")
    hash_key: SecretStr | None = Field(
        default=None, description="Key for hashing user ids; made and kept beside the database if empty."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(description="How much is logged.")
    log_format: Literal["text", "json"] = Field(description="Log lines as text or as JSON objects.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, the operator's file, the shipped defaults."""
        with resources.as_file(resources.files("config") / "defaults.toml") as defaults:
            return (
                init_settings,
                env_settings,
                TomlConfigSettingsSource(settings_cls),
                TomlConfigSettingsSource(settings_cls, toml_file=defaults),
            )


def load_settings(**given: object) -> Settings:
    """Read the settings, those given first.

    Raises:
        SettingsError: names each faulty setting and how to mend it.
    """
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType]  pydantic judges the values
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            (f"{SETTINGS_FILE}: this is no TOML: {error}. Mend the line, or move the file away.",)
        ) from error
    except ValidationError as error:
        raise SettingsError(tuple(_fault(str(fault["loc"][0]), fault["msg"]) for fault in error.errors())) from None


def unknown_variables() -> tuple[str, ...]:
    """Return the `TOUCHSTONE_*` variables that name no setting: most likely misspelt."""
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    return tuple(sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in names))


def _fault(name: str, fault: str) -> str:
    """Say where a faulty setting was written, and how to mend it; its value may be a secret and stays unsaid."""
    place = _place(name)
    known = Settings.model_fields.get(name)
    if known is None:
        return f"{place}: there is no such setting. Take it out, or mend its name: the README lists all settings."
    return f"{place}: {fault[:1].lower()}{fault[1:]}. {known.description}"


def _place(name: str) -> str:
    variable = PREFIX + name.upper()
    if variable in map(str.upper, os.environ):
        return variable
    try:
        lines = Path(SETTINGS_FILE).read_text("utf-8").splitlines()
    except OSError:
        return variable
    written = (number for number, line in enumerate(lines, 1) if re.match(rf"\s*[\"']?{re.escape(name)}\b", line))
    number = next(written, 0)
    return f"{SETTINGS_FILE}, line {number}, {name}" if number else variable
