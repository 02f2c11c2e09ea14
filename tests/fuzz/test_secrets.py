"""No secret stands in a log line, an error or a printed object, in whatever way it would be written there."""

import json
import logging
import re
import sys
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from claims.documents.extraction import ModelAddress
from claims.documents.fact_checkers import FactCheckers
from config import settings as settings_file
from config.logging import BLOT, BlottingFormatter, secrets
from config.settings import Settings, load_settings

HIDDEN = "hidden\"and'\\deep"
SECRET_FIELDS = [
    name
    for name, field in Settings.model_fields.items()
    if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
]


def test_a_new_setting_that_sounds_like_a_secret_is_treated_as_one():
    sounding = {name for name in Settings.model_fields if re.search(r"(?:^|_)(?:token|key|secret|password)$", name)}
    assert sounding
    assert sounding <= {*SECRET_FIELDS}
    assert {*SECRET_FIELDS} <= {*settings_file._UNSHOWN}


@pytest.fixture
def given_secrets():
    return load_settings(
        **dict.fromkeys(SECRET_FIELDS, HIDDEN),
        database_url=f"postgresql://me:{quote(HIDDEN, safe='')}@127.0.0.1:1/base",
        extractor_url=f"https://me:{quote(HIDDEN, safe='')}@model.example/v1",
        extractor_model="a",
    )


def holds(text: str) -> bool:
    return any(form in text for form in (HIDDEN, repr(HIDDEN)[1:-1], json.dumps(HIDDEN)[1:-1], quote(HIDDEN, safe="")))


def test_no_secret_shows_however_an_object_is_printed(given_secrets):
    objects = [
        given_secrets,
        given_secrets.model_dump(mode="json", exclude={"database_url", "embedder_url", "extractor_url"}),
        ModelAddress("https://model.example", "a", HIDDEN),
        FactCheckers(SecretStr(HIDDEN), True),
    ]
    shown = [f"{each} {each!r}" for each in objects]
    assert [text for text in shown if holds(text)] == []


@pytest.mark.parametrize("pattern", [None, "%(message)s"])
@given(secret=st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=6, max_size=40))
def test_a_secret_is_blotted_out_in_whatever_way_it_is_written(pattern, secret):
    assume(secret not in BLOT and secret.strip() == secret)
    try:
        int(f"no number {secret}")
    except ValueError:
        raised = sys.exc_info()
    message = f"a {secret} b {secret!r} c {quote(secret, safe='')}"
    assume(secret not in f"a {BLOT} b '{BLOT}' c {BLOT}" and secret not in "Traceback (most recent call last):")
    line = BlottingFormatter(pattern, (secret,)).format(
        logging.LogRecord("bot.test", logging.ERROR, "file", 1, message, None, raised)
    )
    said = line if pattern else " ".join(json.loads(line)[name] for name in ("message", "exception"))
    source = re.sub(r'File "[^"]*", line \d+, in \w+\n.*\n', "", said)
    assert secret not in source


def test_a_password_in_an_address_of_a_model_is_a_secret(given_secrets):
    assert HIDDEN in secrets(given_secrets)
    assert "swordfish" in secrets(load_settings(extractor_url="https://me:swordfish@model.example/v1"))
