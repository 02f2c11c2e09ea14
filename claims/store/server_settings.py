"""What a server can set, as values and as the plain state that its history keeps; and how it is read."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypedDict, cast

from sqlalchemy import select
from sqlmodel import col

from claims.store.database import Database
from claims.store.tables import Channel, Server
from config.errors import FieldFault, msgid

ChannelMode = Literal["off", "hint", "on", "shadow"]
ServerLanguage = Literal["auto", "en", "zh-Hans", "zh-Hant"]
CardForm = Literal["short", "full"]

PAUSE_REPORTS = 3
CORRECTION_DAYS = 14
_LISTS = ("moderator_roles", "packs")
_RANGES: dict[str, tuple[float, float, str]] = {
    "cooldown_hours": (0, 8760, msgid("It must be 0 or more hours, and at most 8760.")),
    "cut_off": (0, 1, msgid("Give a probability from 0 to 1.")),
    "budget": (0, 1000, msgid("Give 0 to 1000 replies per 1,000 messages.")),
    "pause_reports": (1, 1000, msgid("Give 1 to 1000 reports.")),
    "correction_days": (0, 365, msgid("Give 0 to 365 days.")),
    "cards_per_hour": (0, 1000, msgid("Give 0 to 1000 cards an hour.")),
}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of one server; None means: as the operator has set it, or the default named here.

    `packs`: the packs it subscribes to (None: all); `cut_off`: for claims without one of their own; `budget`: replies
    per 1,000 messages that it wants at most; `pause_reports`: reports within a day that pause a claim (3);
    `correction_days`: how far back cards are corrected (14); `setup_step`: where its set-up was left;
    `moderators_channel`: where moderators are told what they should know; `answer_log`: also of every answer;
    `card_form`: how much a card says (short); `cards_per_hour`: cards in one channel before hints take their place.
    """

    server: int
    language: ServerLanguage | None = None
    moderator_roles: tuple[int, ...] = ()
    cooldown_hours: float | None = None
    packs: tuple[str, ...] | None = None
    cut_off: float | None = None
    budget: float | None = None
    digest_channel: int | None = None
    pause_reports: int | None = None
    correction_days: int | None = None
    setup_step: str | None = None
    moderators_channel: int | None = None
    answer_log: bool | None = None
    card_form: CardForm | None = None
    cards_per_hour: int | None = None


class SettingsChange(TypedDict, total=False):
    """What may be changed."""

    language: ServerLanguage | None
    moderator_roles: tuple[int, ...]
    cooldown_hours: float | None
    packs: tuple[str, ...] | None
    cut_off: float | None
    budget: float | None
    digest_channel: int | None
    pause_reports: int | None
    correction_days: int | None
    setup_step: str | None
    moderators_channel: int | None
    answer_log: bool | None
    card_form: CardForm | None
    cards_per_hour: int | None


def settings_of(server: int, row: Server | None) -> ServerSettings:
    """Return the settings in a row of the table, or the defaults."""
    if row is None:
        return ServerSettings(server)
    names = [each.name for each in fields(ServerSettings) if each.name != "server"]
    return settings_from_state({"server": server} | {name: getattr(row, name) for name in names})


def settings_state(settings: ServerSettings) -> dict[str, Any]:
    """Return the settings fit for JSON."""
    state = asdict(settings)
    return state | {name: list(state[name]) for name in _LISTS if state[name] is not None}


def settings_from_state(state: dict[str, Any]) -> ServerSettings:
    """Return the settings of a state; what an older state lacks is at its default."""
    lists: dict[str, Any] = {name: tuple(state[name]) for name in _LISTS if state.get(name) is not None}
    return ServerSettings(**state | lists)


def settings_faults(changes: SettingsChange) -> Iterator[FieldFault]:
    """Yield what is wrong with new values."""
    for name, (least, most, mend) in _RANGES.items():
        value = changes.get(name)
        if isinstance(value, int | float) and not least <= value <= most:
            yield FieldFault(name, "{value} is out of range.", mend, {"value": value})


class ServerBook:
    """Reads settings of servers and channels; `ServerSetup` changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settings(self, server: int) -> ServerSettings:
        """Return the server's settings, or the defaults where it has set nothing."""
        with self._database.reading() as session:
            return settings_of(server, session.get(Server, server))

    def channel_mode(self, server: int, channel: int) -> ChannelMode:
        """Return the mode of a channel; `off` where nothing was set."""
        with self._database.reading() as session:
            row = session.get(Channel, (server, channel))
            return cast("ChannelMode", row.mode) if row else "off"

    def channels(self, server: int) -> dict[int, ChannelMode]:
        """Return the channels that are not off, with their modes."""
        there = (col(Channel.server) == server, col(Channel.mode) != "off")
        with self._database.reading() as session:
            rows = session.scalars(select(Channel).where(*there).order_by(col(Channel.channel)))
            return {row.channel: cast("ChannelMode", row.mode) for row in rows}
