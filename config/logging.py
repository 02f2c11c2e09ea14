"""Log lines on standard error, as text or as JSON objects, with every secret of the settings blotted out."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import SecretStr

from config.settings import Settings, blotted, database_secrets

BLOT = "[secret]"
# At DEBUG they write down whole messages, forms and the tokens of interactions, which no level may show.
_TALKATIVE = ("discord", "aiohttp", "httpx", "httpcore", "asyncio")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logging(settings: Settings) -> None:
    """Send the log of the whole process to standard error, replacing any handlers that are there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(BlottingFormatter(_TEXT if settings.log_format == "text" else None, secrets(settings)))
    handler.addFilter(_means_something)
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.INFO)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)


def _means_something(record: logging.LogRecord) -> bool:
    """Leave out what Discord's library says about voice, of which this bot has no part."""
    return "voice will NOT be supported" not in str(record.msg)


def secrets(settings: Settings) -> tuple[str, ...]:
    """Return the values that must never be shown."""
    values = (value for _, value in settings if isinstance(value, SecretStr))
    given = (value.get_secret_value() for value in values if value.get_secret_value())
    return (*given, *database_secrets(settings.database_url))


class BlottingFormatter(logging.Formatter):
    """Formats records as text, or as one JSON object a line where there is no pattern, and blots out secrets."""

    def __init__(self, pattern: str | None, secrets: Iterable[str]) -> None:
        super().__init__(pattern)
        self._as_json = pattern is None
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is part of it."""
        line = self._json(record) if self._as_json else super().format(record)
        return blotted(line, self._secrets, BLOT)

    def _json(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
