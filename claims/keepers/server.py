"""Servers' settings and the modes of their channels."""

from sqlmodel import Session

from claims.claim_state import State
from claims.keepers.keeper import Scene
from claims.server_settings import ServerSettings, settings_from_state, settings_of, settings_state
from claims.tables import Channel, Server

SERVER = "server"
CHANNEL = "channel"


class ServerKeeper:
    """Keeps the settings of servers, by their id."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the settings, or None where nothing was set."""
        row = session.get(Server, int(subject))
        return settings_state(settings_of(int(subject), row)) if row else None

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the settings; None brings back the defaults."""
        number = int(subject)
        settings = settings_from_state(state) if state else ServerSettings(number)
        row = scene.session.get(Server, number) or Server(id=number, moderator_roles=[], changed_at=scene.at)
        values = settings_state(settings)
        del values["server"]
        scene.session.add(row.sqlmodel_update(values | {"changed_at": scene.at}))
        scene.session.flush()


class ChannelKeeper:
    """Keeps the modes of channels, by `server/channel`."""

    def read(self, session: Session, server: int | None, subject: str) -> State | None:  # noqa: ARG002
        """Return the mode, or None where none was set."""
        row = session.get(Channel, _numbers(subject))
        return {"mode": row.mode} if row else None

    def write(self, scene: Scene, subject: str, state: State | None) -> None:
        """Write the mode; None takes it back."""
        number, channel = _numbers(subject)
        row = scene.session.get(Channel, (number, channel))
        if state is None:
            if row is not None:
                scene.session.delete(row)
        elif row is None:
            scene.session.add(Channel(server=number, channel=channel, mode=state["mode"], changed_at=scene.at))
        else:
            row.mode, row.changed_at = state["mode"], scene.at
        scene.session.flush()


def _numbers(subject: str) -> tuple[int, int]:
    number, _, channel = subject.partition("/")
    return int(number), int(channel)
