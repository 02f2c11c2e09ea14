"""All settings of a server, a line each, with what counts where nothing is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.backtest_summary import written
from bot.discord.backtest import BUDGET
from bot.discord.escape import escape
from bot.discord.languages import LANGUAGE_NAMES
from bot.discord.status import MODES
from bot.field_names import field_name
from bot.texts import Texts
from claims.record import PackRecord
from claims.server_settings import CORRECTION_DAYS, PAUSE_REPORTS
from claims.servers import ChannelMode, ServerSettings
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server has set, and what there is otherwise."""

    settings: ServerSettings
    channels: Mapping[int, ChannelMode]
    packs: Sequence[PackRecord]
    defaults: Settings


def settings_lines(state: ServerState, texts: Texts) -> list[str]:
    """Return the settings as lines; roles and channels as mentions, which ping nobody in a private answer."""
    settings = state.settings
    language = settings.language or state.defaults.language
    roles = ", ".join(f"<@&{role}>" for role in settings.moderator_roles)
    digest = settings.digest_channel
    cut_off = texts("fitted to the number of claims") if settings.cut_off is None else written(settings.cut_off)
    budget = BUDGET if settings.budget is None else settings.budget
    shown = {
        "language": _or_default(settings.language, texts(LANGUAGE_NAMES[language]), texts),
        "moderator_roles": roles or texts("{value} (default)", value=texts("whoever may manage the server")),
        "packs": ", ".join(_packs(state, texts)) or texts("nothing"),
        "cooldown_hours": _number(settings.cooldown_hours, state.defaults.cooldown_hours, texts),
        "cut_off": _or_default(settings.cut_off, cut_off, texts),
        "budget": _or_default(settings.budget, texts("{count} in 1,000 messages", count=f"{budget:g}"), texts),
        "pause_reports": _number(settings.pause_reports, PAUSE_REPORTS, texts),
        "correction_days": _number(settings.correction_days, CORRECTION_DAYS, texts),
        "digest_channel": texts("nothing") if digest is None else f"<#{digest}>",
    }
    lines = [texts("{field}: {value}", field=field_name(name, texts), value=value) for name, value in shown.items()]
    return [*(f"- {line}" for line in lines), *channel_lines(state.channels, texts)]


def channel_lines(channels: Mapping[int, ChannelMode], texts: Texts) -> list[str]:
    """Return a line for each channel that is not off."""
    return [f"- <#{channel}>: {texts(MODES[mode])}" for channel, mode in channels.items()]


def _packs(state: ServerState, texts: Texts) -> list[str]:
    chosen = state.settings.packs
    return [
        escape(texts.pick(pack.title_en, pack.title_zh)) for pack in state.packs if chosen is None or pack.id in chosen
    ]


def _number(value: float | None, default: float, texts: Texts) -> str:
    return _or_default(value, f"{default if value is None else value:g}", texts)


def _or_default(value: object, shown: str, texts: Texts) -> str:
    return texts("{value} (default)", value=shown) if value is None else shown
