"""Runs the bot against the loopback Discord; only here are discord.py's addresses changed.

Every connection elsewhere than to the loopback interface is refused and reported on standard error.
"""

import os
import socket
import sys
from pathlib import Path

LOOPBACK = ("127.0.0.1", "::1", "localhost")
REPORT = "LEFT THE LOOPBACK: "


def guard_sockets() -> None:
    """Refuse every address but loopback ones, for connections and for name look-ups."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            sys.stderr.write(f"{REPORT}{address}\n")
            raise ConnectionRefusedError(address)
        connect(self, address)

    def guarded_look_up(host, *rest: object, **more: object):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (*LOOPBACK, None):
            sys.stderr.write(f"{REPORT}{name}\n")
            raise socket.gaierror(socket.EAI_NONAME, name)
        return look_up(host, *rest, **more)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up  # type: ignore[assignment]


def main() -> None:
    """Point discord.py at the address in LOOPBACK_DISCORD and run the bot as `python -m bot` does."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    guard_sockets()
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    address = os.environ["LOOPBACK_DISCORD"]
    Route.BASE = f"{address}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address.replace("http", "ws", 1)) / "gateway"
    from bot.__main__ import run

    run()


if __name__ == "__main__":
    main()
