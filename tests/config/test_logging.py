"""Log lines: text or JSON, and never a secret."""

import json
import logging
import sys

import pytest

from config.errors import DatabaseError, DatabaseUnavailableError
from config.logging import BLOT, BlottingFormatter, OutageFilter, secrets, set_up_logging
from config.settings import load_settings


def record(message: str, *arguments: object, exc_info=None) -> logging.LogRecord:
    return logging.LogRecord("bot.test", logging.WARNING, "file", 1, message, arguments, exc_info)


def test_a_line_of_text_has_level_place_and_message():
    line = BlottingFormatter("%(levelname)s %(name)s: %(message)s", ()).format(record("%s left", "one"))
    assert line == "WARNING bot.test: one left"


def test_a_line_of_json_is_one_object():
    entry = json.loads(BlottingFormatter(None, ()).format(record("港口\n%s", "left")))
    assert (entry["level"], entry["logger"], entry["message"]) == ("WARNING", "bot.test", "港口\nleft")
    assert entry["time"].endswith("+00:00")


@pytest.mark.parametrize("pattern", [None, "%(message)s"])
def test_secrets_are_blotted_out_of_messages_and_tracebacks(pattern):
    try:
        int("very-secret")
    except ValueError:
        line = BlottingFormatter(pattern, ("very-secret",)).format(record("with very-secret", exc_info=sys.exc_info()))
    assert "very-secret" not in line
    assert line.count(BLOT) >= 2


def test_every_secret_of_the_settings_is_known():
    settings = load_settings(discord_token="one", hash_key="two and more", embedder_key="three")
    assert set(secrets(settings)) == {"one", "two and more", "three"}
    settings = load_settings(database_url="postgresql://me:p%40ss@host/base?sslpassword=four")
    assert set(secrets(settings)) == {"p%40ss", "p@ss", "four"}


def test_a_short_secret_is_blotted_out_only_as_a_word_of_its_own():
    line = BlottingFormatter("%(message)s", ("o",)).format(record("to the o of two"))
    assert line == f"to the {BLOT} of two"


def test_the_log_goes_to_standard_error(capsys, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    set_up_logging(load_settings(log_format="json", log_level="WARNING", discord_token="very-secret"))
    logging.getLogger("bot.test").warning("with very-secret")
    logging.getLogger("bot.test").info("too quiet")
    root.setLevel(level)
    printed = capsys.readouterr()
    assert json.loads(printed.err)["message"] == f"with {BLOT}"
    assert printed.out == ""


@pytest.mark.parametrize("name", ["discord.gateway", "discord.http", "discord.webhook.async_", "httpcore.http11"])
def test_at_no_level_do_libraries_write_down_what_members_say(name, capsys, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    set_up_logging(load_settings(log_level="DEBUG"))
    logging.getLogger(name).debug("a member's message")
    logging.getLogger("bot.test").debug("our own line")
    root.setLevel(level)
    assert "a member's message" not in (said := capsys.readouterr().err)
    assert "our own line" in said


def test_no_address_that_is_asked_is_written_down(capsys, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    set_up_logging(load_settings(log_level="DEBUG"))
    logging.getLogger("httpx").info("HTTP Request: GET https://facts.example/?query=a+member's+text")
    root.setLevel(level)
    assert "facts.example" not in capsys.readouterr().err


def test_what_means_nothing_here_is_left_out(capsys, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    set_up_logging(load_settings())
    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")
    assert capsys.readouterr().err == ""


def failure(error: Exception) -> logging.LogRecord:
    return record("Failure in %s", "on_message", exc_info=(type(error), error, None))


def test_a_base_out_of_reach_is_one_line_a_minute_whoever_meets_it():
    now = [0.0]
    once, away = OutageFilter(lambda: now[0]), DatabaseUnavailableError("The base is away.")
    first = failure(away)
    assert once.filter(first)
    assert BlottingFormatter("%(message)s", ()).format(first) == "The base is away."
    assert not any(once.filter(failure(away)) or once.filter(record("not purged: %s", away)) for _ in range(3_000))
    now[0] = 61.0
    later = failure(away)
    assert once.filter(later)
    assert later.getMessage() == "The base is away. (6000 more of this kind since the last line)"


def test_other_failures_keep_their_lines():
    once = OutageFilter()
    for error in (DatabaseError("damaged"), ValueError("wrong")):
        told = [failure(error) for _ in range(2)]
        assert all(map(once.filter, told))
        assert all(each.exc_info for each in told)
