"""The guard that every process here runs behind does refuse addresses outside."""

import socket

import pytest

from tests.discord_server.entry import guard_sockets


@pytest.fixture
def _guarded(monkeypatch):
    """Put the guard up for one test."""
    monkeypatch.setattr(socket.socket, "connect", socket.socket.connect, raising=True)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    guard_sockets()


@pytest.mark.usefixtures("_guarded")
def test_an_address_outside_is_refused_and_reported(capsys):
    with socket.socket() as outside, pytest.raises(ConnectionRefusedError):
        outside.connect(("192.0.2.1", 443))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("discord.com", 443)
    assert capsys.readouterr().err.count("LEFT THE LOOPBACK") == 2


@pytest.mark.usefixtures("_guarded")
def test_the_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as inside:
        inside.connect(server.getsockname())
