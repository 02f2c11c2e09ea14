"""What a server can set, as values and as the plain state that its history keeps; and how it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, TypeAlias, TypedDict

from sqlalchemy import select
from sqlmodel import col

from checks.model import LocalCutOff
from claims.store.database import Database
from claims.store.tables import Channel, Server
from config.errors import FieldFault, msgid

ChannelMode = Literal["off", "hint", "on", "shadow"]
# The tag of a language in which the bot speaks, or `auto` for that of each message.
ServerLanguage: TypeAlias = str
CardForm = Literal["short", "full"]

PAUSE_REPORTS = 3
CORRECTION_DAYS = 14
_LISTS = ("moderator_roles", "packs", "exempt_roles")
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
    `card_form`: how much a card says (short); `cards_per_hour`: cards in one channel before hints take their place;
    `outside_checks`: whether `/check` also asks other fact-checkers (no), which an administrator chooses;
    `exempt_roles`: whose messages are left alone; `snoozed_until`: when the bot speaks again, in seconds since 1970.
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
    outside_checks: bool | None = None
    exempt_roles: tuple[int, ...] = ()
    snoozed_until: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """The settings of one channel; None means: as the server has it."""

    mode: ChannelMode = "off"
    cooldown_hours: float | None = None
    cut_off: float | None = None
    snoozed_until: int | None = None


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
    outside_checks: bool | None
    exempt_roles: tuple[int, ...]
    snoozed_until: int | None


class ChannelChange(TypedDict, total=False):
    """What may be changed of a channel."""

    mode: ChannelMode
    cooldown_hours: float | None
    cut_off: float | None
    snoozed_until: int | None


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


def channel_settings(row: Channel | None) -> ChannelSettings:
    """Return the settings in a row of the table, or the defaults."""
    return ChannelSettings() if row is None else channel_from_state(row.model_dump())


def channel_from_state(state: Mapping[str, Any]) -> ChannelSettings:
    """Return the settings of a channel's state; what an older state lacks is at its default."""
    return ChannelSettings(**{each.name: state[each.name] for each in fields(ChannelSettings) if each.name in state})


def settings_faults(changes: SettingsChange | ChannelChange) -> Iterator[FieldFault]:
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

    def settings_in(self, server: int, channel: int) -> ServerSettings:
        """Return the settings that hold in a channel: its own where it has some, else the server's."""
        with self._database.reading() as session:
            settings, own = settings_of(server, session.get(Server, server)), session.get(Channel, (server, channel))
        if own is None:
            return settings
        hours = settings.cooldown_hours if own.cooldown_hours is None else own.cooldown_hours
        cut_off = settings.cut_off if own.cut_off is None else own.cut_off
        return replace(settings, cooldown_hours=hours, cut_off=cut_off)

    def local_cut_off(self, server: int, channel: int) -> LocalCutOff | None:
        """Return the cut-off of a channel that has one of its own."""
        with self._database.reading() as session:
            own = session.get(Channel, (server, channel))
            if own is None or own.cut_off is None:
                return None
            row = session.get(Server, server)
            return LocalCutOff(own.cut_off, row.cut_off if row else None)

    def channel(self, server: int, channel: int) -> ChannelSettings:
        """Return what a channel has set, or the defaults."""
        with self._database.reading() as session:
            return channel_settings(session.get(Channel, (server, channel)))

    def channels(self, server: int) -> dict[int, ChannelMode]:
        """Return the channels that are not off, with their modes."""
        return {channel: own.mode for channel, own in self.channel_settings(server).items()}

    def channel_settings(self, server: int) -> dict[int, ChannelSettings]:
        """Return the channels that are not off, with all that they have set."""
        there = (col(Channel.server) == server, col(Channel.mode) != "off")
        with self._database.reading() as session:
            rows = session.scalars(select(Channel).where(*there).order_by(col(Channel.channel)))
            return {row.channel: channel_settings(row) for row in rows}
