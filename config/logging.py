"""Log lines on standard error, as text or as JSON objects, with every secret of the settings blotted out."""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import quote

from pydantic import SecretStr

from config.errors import DatabaseUnavailableError
from config.settings import Settings, database_secrets

BLOT = "[secret]"
_SHORT = 6
# At DEBUG they write down whole messages, forms and the tokens of interactions, which no level may show.
_TALKATIVE = ("discord", "aiohttp", "httpx", "httpcore", "asyncio")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logging(settings: Settings) -> None:
    """Send the log of the whole process to standard error, replacing any handlers that are there."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(BlottingFormatter(_TEXT if settings.log_format == "text" else None, secrets(settings)))
    handler.addFilter(_means_something)
    handler.addFilter(OutageFilter())
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.INFO)
    # It writes down addresses, in which a text that somebody lets be checked can stand.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)


def blotted(text: str, secrets: Iterable[str], blot: str = "***") -> str:
    """Return the text with each secret blotted out; a short one only where it is a word of its own."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) < _SHORT:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", lambda _: blot, text)
        else:
            text = text.replace(secret, blot)
    return text


def _means_something(record: logging.LogRecord) -> bool:
    """Leave out what Discord's library says about voice, of which this bot has no part."""
    return "voice will NOT be supported" not in str(record.msg)


_PAUSE = 60.0


class OutageFilter(logging.Filter):
    """Lets one line a minute through about a base that is locked or out of reach, whoever meets it, without traceback.

    With each message that would be written down, the log of ten seconds would be thousands of lines of one cause.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._until = float("-inf")
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the record is written; one about an outage is put into one line first."""
        error = _outage(record)
        if error is None:
            return True
        if self._clock() < self._until:
            self._held_back += 1
            return False
        self._until = self._clock() + _PAUSE
        more = f" ({self._held_back} more of this kind since the last line)" if self._held_back else ""
        record.msg, record.args, record.exc_info, record.exc_text = f"{error}{more}", None, None, None
        self._held_back = 0
        return True


def _outage(record: logging.LogRecord) -> DatabaseUnavailableError | None:
    """Return the error about a base out of reach that a record is about, as its argument or its exception."""
    raised = record.exc_info[1] if record.exc_info else None
    given = record.args if isinstance(record.args, tuple) else ()
    return next((each for each in (raised, *given) if isinstance(each, DatabaseUnavailableError)), None)


def secrets(settings: Settings) -> tuple[str, ...]:
    """Return the values that must never be shown."""
    values = (value for _, value in settings if isinstance(value, SecretStr))
    given = (value.get_secret_value() for value in values if value.get_secret_value())
    addresses = (settings.database_url, settings.embedder_url, settings.extractor_url or "")
    return (*given, *(secret for address in addresses for secret in database_secrets(address)))


def _written(secret: str) -> tuple[str, ...]:
    """Return a secret in each way in which a line may hold it: as it is, in Python's quotes, and in an address."""
    return tuple(dict.fromkeys((secret, repr(secret)[1:-1], quote(secret), quote(secret, safe=""))))


class BlottingFormatter(logging.Formatter):
    """Formats records as text, or as one JSON object a line where there is no pattern, and blots out secrets."""

    def __init__(self, pattern: str | None, secrets: Iterable[str]) -> None:
        super().__init__(pattern)
        self._as_json = pattern is None
        self._secrets = tuple(form for secret in secrets for form in _written(secret))

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is part of it."""
        return self._json(record) if self._as_json else blotted(super().format(record), self._secrets, BLOT)

    def _json(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        # Before JSON escapes what stands in a secret, and it could be found no more.
        return json.dumps(
            {name: blotted(said, self._secrets, BLOT) for name, said in entry.items()}, ensure_ascii=False
        )
