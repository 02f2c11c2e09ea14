"""What a server or the operator can set, as values and as the state that the history keeps; what holds for a message.

Every message in chat needs that, and it changes seldom: so what was read is kept until somebody changes it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from threading import Lock
from typing import Any, Literal, TypeAlias, TypedDict

from sqlalchemy import select
from sqlmodel import Field, Session, col

from checks.model import LocalCutOff
from claims.store.database import Database, insert_into
from claims.store.freshness import Newest
from claims.store.revisions import TOUCHSTONE, WriteContext, hash_user
from claims.store.tables import ChangeRow, Channel, ClaimOverride, Exemption, Pack, Server, Table
from config.errors import FieldFault, msgid

# How the history names the settings of a server (its subject is `server`) and of a channel (`server/channel`).
SERVER = "server"
CHANNEL = "channel"
# The server of an exemption that a member wished for: it holds everywhere, and who is forgotten still wants it.
OWN_WISH = 0

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
    known: dict[str, Any] = {name: value for name, value in state.items() if name not in _LISTS}
    # A row that is older than its column holds nothing there.
    lists: dict[str, Any] = {name: tuple(state[name]) for name in _LISTS if state.get(name) is not None}
    return ServerSettings(**known, **lists)


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


class ChangeCount(Table, table=True):
    """How often something (`thing`) has changed that has no history, so that every process notices."""

    thing: str = Field(primary_key=True)
    changes: int


_EXEMPTIONS = "exemptions"


def note_exemption(session: Session) -> None:
    """Let every process read again whom to leave alone, once this transaction (`changing`) is written."""
    insert = insert_into(session, ChangeCount).values(thing=_EXEMPTIONS, changes=1)
    more = {"changes": col(ChangeCount.changes) + 1}
    session.connection().execute(insert.on_conflict_do_update(index_elements=["thing"], set_=more))


# Why somebody is left alone: by a role, by the moderators' choice, or at the own wish.
ExemptBy = Literal["role", "moderators", "wish"]
# What a channel's mode comes to for one message.
HeardAs = Literal["off", "hint", "on", "shadow", "snoozed"]


@dataclass(frozen=True, slots=True)
class MessageRules:
    """What holds for a member's message before it is read; `snoozed_until` is in seconds since 1970."""

    mode: ChannelMode = "on"
    exempt: ExemptBy | None = None
    snoozed_until: int | None = None

    @property
    def heard_as(self) -> HeardAs:
        """How to treat the message: nothing is read of who is exempt, and nothing said where the bot is snoozed."""
        if self.exempt is not None:
            return "off"
        return "snoozed" if self.snoozed_until is not None and self.mode in {"on", "hint"} else self.mode


@dataclass(frozen=True, slots=True)
class _Kept:
    """All that a server and its channels have set."""

    settings: ServerSettings
    channels: Mapping[int, ChannelSettings]


_UNSET = ChannelSettings()
_NEVER = Newest(-1, -1)
# The settings of so many servers are kept; of more, those that were read first are read again.
_MOST_KEPT = 10_000


class ServerBook:
    """Tells settings of servers and channels, and whom to leave alone, as they are now; `ServerSetup` changes them.

    What was read of a server is kept until a revision touches it, whichever process wrote that. Safe from any thread.
    """

    def __init__(self, database: Database, hash_key: Callable[[], bytes], clock: Callable[[], datetime]) -> None:
        """`hash_key` is asked for the key once there is anybody to leave alone."""
        self._database, self._hash_key, self._clock = database, hash_key, clock
        self._lock = Lock()
        self._newest = _NEVER
        self._kept: dict[int, _Kept] = {}
        self._exempt = frozenset[tuple[int, str]]()

    def rules(self, server: int, home: int, author: int, roles: Collection[int] = ()) -> MessageRules:
        """Return what holds for a message; `home` is the channel whose settings count, `roles` are its author's."""
        return self._rules(self._of(server), home, author, roles)

    def rules_at_hand(self, server: int, home: int, author: int, roles: Collection[int] = ()) -> MessageRules | None:
        """Return the same without any wait, as known within the last second; None where `rules` has to be asked."""
        # Whoever catches up forgets first and says so last: read the other way round, what is kept is at least as new.
        known = self._newest
        kept = self._kept.get(server)
        if kept is None or self._database.seen() != known:
            return None
        return self._rules(kept, home, author, roles)

    def exempt(self, server: int, author: int, roles: Collection[int] = ()) -> ExemptBy | None:
        """Return why somebody is left alone in a server, whatever the mode of a channel is; None who is not."""
        return self._exempt_by(self._of(server).settings, self._mark(author), roles)

    def _rules(self, kept: _Kept, home: int, author: int, roles: Collection[int]) -> MessageRules:
        settings, channel = kept.settings, kept.channels.get(home, _UNSET)
        ends = [end for end in (settings.snoozed_until, channel.snoozed_until) if end is not None]
        if ends:
            now = self._clock().timestamp()
            ends = [end for end in ends if end > now]
        # Where nothing is read, nobody's mark has to be worked out.
        mark = self._mark(author) if channel.mode != "off" else ""
        return MessageRules(channel.mode, self._exempt_by(settings, mark, roles), max(ends, default=None))

    def _mark(self, author: int) -> str:
        return hash_user(author, self._hash_key()) if self._exempt else ""

    def _exempt_by(self, settings: ServerSettings, mark: str, roles: Collection[int]) -> ExemptBy | None:
        if (OWN_WISH, mark) in self._exempt:
            return "wish"
        if (settings.server, mark) in self._exempt:
            return "moderators"
        return None if set(settings.exempt_roles).isdisjoint(roles) else "role"

    def settings(self, server: int) -> ServerSettings:
        """Return the server's settings, or the defaults where it has set nothing."""
        return self._of(server).settings

    def settings_in(self, server: int, channel: int) -> ServerSettings:
        """Return the settings that hold in a channel: its own where it has some, else the server's."""
        kept = self._of(server)
        settings, own = kept.settings, kept.channels.get(channel)
        if own is None:
            return settings
        hours = settings.cooldown_hours if own.cooldown_hours is None else own.cooldown_hours
        cut_off = settings.cut_off if own.cut_off is None else own.cut_off
        return replace(settings, cooldown_hours=hours, cut_off=cut_off)

    def local_cut_off(self, server: int, channel: int) -> LocalCutOff | None:
        """Return the cut-off of a channel that has one of its own."""
        kept = self._of(server)
        own = kept.channels.get(channel)
        return None if own is None or own.cut_off is None else LocalCutOff(own.cut_off, kept.settings.cut_off)

    def channels(self, server: int) -> dict[int, ChannelMode]:
        """Return the channels that are not off, with their modes."""
        return {channel: own.mode for channel, own in self.channel_settings(server).items()}

    def channel_settings(self, server: int) -> dict[int, ChannelSettings]:
        """Return the channels that are not off, with all that they have set."""
        return {channel: own for channel, own in self._of(server).channels.items() if own.mode != "off"}

    def _of(self, server: int) -> _Kept:
        newest = self._database.newest()
        with self._lock:
            if newest != self._newest:
                self._catch_up(newest)
            kept = self._kept.get(server)
        if kept is None:
            kept = self._read(server)
            with self._lock:
                # What was read before a change that others have noticed since is not kept.
                if newest == self._newest:
                    self._kept[server] = kept
                    if len(self._kept) > _MOST_KEPT:
                        del self._kept[next(iter(self._kept))]
        return kept

    def _catch_up(self, newest: Newest) -> None:
        """Forget what was kept of the servers whose settings have changed, and read anew whom to leave alone."""
        before = self._newest
        with self._database.reading() as session:
            if newest.unlisted != before.unlisted:
                rows = session.connection().execute(select(col(Exemption.server), col(Exemption.user_hash)))
                self._exempt = frozenset((server, mark) for server, mark in rows)
            if newest.revision != before.revision and self._kept:
                since = (col(ChangeRow.revision) > before.revision, col(ChangeRow.kind).in_((SERVER, CHANNEL)))
                for subject in session.scalars(select(col(ChangeRow.subject)).where(*since).distinct()):
                    self._kept.pop(int(subject.partition("/")[0]), None)
        self._newest = newest

    def _read(self, server: int) -> _Kept:
        with self._database.reading() as session:
            settings = settings_of(server, session.get(Server, server))
            rows = session.scalars(select(Channel).where(col(Channel.server) == server).order_by(col(Channel.channel)))
            return _Kept(settings, {row.channel: channel_settings(row) for row in rows})


class ServerStore:
    """Keeps the settings of servers, by their id."""

    def read(self, session: Session, server: int | None, subject: str) -> dict[str, Any] | None:  # noqa: ARG002
        """Return the settings, or None where nothing was set."""
        row = session.get(Server, int(subject))
        return settings_state(settings_of(int(subject), row)) if row else None

    def write(self, context: WriteContext, subject: str, state: dict[str, Any] | None) -> None:
        """Write the settings; None brings back the defaults."""
        number = int(subject)
        settings = settings_from_state(state) if state else ServerSettings(number)
        row = context.session.get(Server, number) or Server(id=number, moderator_roles=[], changed_at=context.at)
        values = settings_state(settings)
        del values["server"]
        context.session.add(row.sqlmodel_update(values | {"changed_at": context.at}))
        context.session.flush()


class ChannelStore:
    """Keeps the settings of channels, by `server/channel`."""

    def read(self, session: Session, server: int | None, subject: str) -> dict[str, Any] | None:  # noqa: ARG002
        """Return the settings, or None where none were set."""
        row = session.get(Channel, _numbers(subject))
        return asdict(channel_settings(row)) if row else None

    def write(self, context: WriteContext, subject: str, state: dict[str, Any] | None) -> None:
        """Write the settings; None takes them back."""
        number, channel = _numbers(subject)
        row = context.session.get(Channel, (number, channel))
        if state is None:
            if row is not None:
                context.session.delete(row)
        else:
            values = asdict(channel_from_state(state)) | {"changed_at": context.at}
            new = Channel(server=number, channel=channel, mode=state["mode"], changed_at=context.at)
            context.session.add((row or new).sqlmodel_update(values))
        context.session.flush()


CLAIM_SETTING = "claim setting"
UNSET: dict[str, Any] = {"muted": False, "cut_off": None, "paused": False, "raised_to": None}


class ClaimSettingStore:
    """Keeps the settings of claims; a claim on which nothing is set has the state UNSET."""

    def read(self, session: Session, server: int | None, subject: str) -> dict[str, Any] | None:
        """Return what the server has set."""
        row = session.get(ClaimOverride, (server, subject)) if server is not None else None
        return UNSET if row is None else {name: getattr(row, name) for name in UNSET}

    def write(self, context: WriteContext, subject: str, state: dict[str, Any] | None) -> None:
        """Write the settings; reports that led to a pause or a raise which somebody lifts now are dealt with.

        What Touchstone lifts by itself, because a member takes a report back, decides nothing about those of others.
        """
        assert context.server is not None  # noqa: S101  only servers set anything on a claim
        row = context.session.get(ClaimOverride, (context.server, subject))
        if row is None:
            row = ClaimOverride(server=context.server, claim=subject, changed_at=context.at)
        after = state or UNSET
        lifted = (row.paused and not after["paused"]) or (row.raised_to is not None and after["raised_to"] is None)
        if lifted and context.who != TOUCHSTONE:
            row.reports_from = context.at
        row.sqlmodel_update({name: after[name] for name in UNSET} | {"changed_at": context.at})
        context.session.add(row)
        context.session.flush()


def _numbers(subject: str) -> tuple[int, int]:
    number, _, channel = subject.partition("/")
    return int(number), int(channel)


PACK_IN_FORCE = "pack in force"


class PackInForceStore:
    """Keeps which loaded packs are in force, by id."""

    def read(self, session: Session, server: int | None, subject: str) -> dict[str, Any] | None:  # noqa: ARG002
        """Return whether the pack is in force, or None for one that is not loaded."""
        row = session.get(Pack, subject)
        return {"in_force": row.in_force} if row else None

    def write(self, context: WriteContext, subject: str, state: dict[str, Any] | None) -> None:
        """Bring the pack into force or leave it out; its claims stay as they are."""
        row = context.session.get(Pack, subject)
        if row is not None:
            row.in_force = state is None or state["in_force"]
            context.session.add(row)
            context.session.flush()
