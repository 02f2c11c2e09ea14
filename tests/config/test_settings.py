"""Settings: where they come from, and how a faulty one is told."""

import pytest

from config.errors import SettingsError
from config.logging import blotted
from config.settings import (
    LONGEST_COOLDOWN_HOURS,
    Settings,
    database_secrets,
    load_settings,
    missing_folder,
    shown_database,
    unknown_variables,
)
from setup import VARIABLE


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOUCHSTONE_EMBEDDER", raising=False)
    return tmp_path


def write(folder, text: str) -> None:
    (folder / "touchstone.toml").write_text(text, "utf-8")


def test_without_anything_the_defaults_hold():
    settings = load_settings()
    assert (settings.language, settings.cooldown_hours, settings.embedder) == ("auto", 6, "auto")
    assert settings.database_url.startswith("sqlite:///")


@pytest.fixture
def without_home(monkeypatch):
    """A user of a number only, as containers have them."""
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)


@pytest.mark.usefixtures("without_home")
def test_without_a_home_the_place_of_the_base_is_asked_for():
    with pytest.raises(SettingsError, match=r"no home folder here.*Set XDG_DATA_HOME, or HOME"):
        load_settings()


@pytest.mark.usefixtures("without_home")
def test_without_a_home_a_base_that_is_named_is_enough(folder):
    address = f"sqlite:///{folder}/slip/a.db"
    assert load_settings(database_url=address).database_url == address
    assert missing_folder(address) == folder / "slip"
    assert missing_folder(f"sqlite:///{folder}/a.db") is None


def test_the_file_wins_over_the_defaults_and_the_environment_over_the_file(folder, monkeypatch):
    write(folder, "cooldown_hours = 2\nmax_claims = 1\n")
    monkeypatch.setenv("TOUCHSTONE_COOLDOWN_HOURS", "3")
    settings = load_settings()
    assert (settings.cooldown_hours, settings.max_claims) == (3, 1)


def test_what_is_given_wins_over_everything(monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_MAX_CLAIMS", "1")
    assert load_settings(max_claims=2).max_claims == 2


def test_a_faulty_variable_is_named_with_its_mend(monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_MAX_CLAIMS", "9")
    with pytest.raises(SettingsError, match=r"TOUCHSTONE_MAX_CLAIMS: input should be .* 3\. How many claims"):
        load_settings()


def test_a_faulty_line_of_the_file_is_named(folder):
    write(folder, '# my settings\n\nembedder = "magic"\n')
    with pytest.raises(SettingsError, match=r"touchstone\.toml, line 3, embedder: "):
        load_settings()


def test_every_fault_is_told_at_once(folder):
    write(folder, 'embedder = "magic"\nsighting_days = 0\n')
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert len(told.value.faults) == 2


def test_an_unknown_setting_is_refused(folder):
    write(folder, 'langauge = "en"\n')
    with pytest.raises(SettingsError, match="line 1, langauge: there is no such setting"):
        load_settings()


def test_a_file_that_is_no_toml_is_told_with_its_line(folder):
    write(folder, "language = \n")
    with pytest.raises(SettingsError, match=r"touchstone\.toml: .*line 1"):
        load_settings()


def test_the_value_of_a_faulty_secret_stays_unsaid(folder):
    write(folder, 'discord_token = ["very-secret"]\n')
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert "very-secret" not in str(told.value)


def test_misspelt_variables_are_found(monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_LANGAUGE", "en")
    monkeypatch.setenv("TOUCHSTONE_LANGUAGE", "en")
    assert "TOUCHSTONE_LANGAUGE" in unknown_variables()
    assert "TOUCHSTONE_LANGUAGE" not in unknown_variables()


def test_what_names_the_repository_of_a_package_is_no_misspelt_setting(monkeypatch):
    monkeypatch.setenv(VARIABLE, "https://host.example/owner/name")
    assert VARIABLE not in unknown_variables()


@pytest.mark.parametrize(("written", "means"), [("zh", "zh-Hans"), ("ZH", "zh-Hans"), ("zh_hant", "zh-Hant")])
def test_a_language_is_known_without_its_form(written, means):
    assert load_settings(language=written).language == means


def test_a_language_that_is_not_spoken_is_told_with_those_that_are():
    with pytest.raises(SettingsError, match=r"'zh-Hans' or 'zh-Hant'"):
        load_settings(language="fr")


def test_secrets_do_not_show_in_a_printed_settings_object():
    assert "very-secret" not in repr(load_settings(discord_token="very-secret", hash_key="very-secret"))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_variable_is_as_good_as_none(name, monkeypatch):
    monkeypatch.setenv(f"TOUCHSTONE_{name.upper()}", "")
    assert getattr(load_settings(), name) == getattr(Settings(), name)


@pytest.mark.parametrize("written", ["debug", "Debug", " DEBUG ", '"debug"'])
def test_the_level_of_the_log_may_be_written_in_small_letters(written, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_LOG_LEVEL", written)
    assert load_settings().log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [("log_level", "warn", "WARNING"), ("language", "zh_hant", "zh-Hant"), ("embedder", "None", "none")],
)
def test_words_are_taken_as_people_spell_them(name, written, meant):
    assert getattr(load_settings(**{name: written}), name) == meant


@pytest.mark.parametrize("hours", ["inf", "1e300", "100000000"])
def test_a_cool_down_beyond_the_calendar_means_never_again(hours, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_COOLDOWN_HOURS", hours)
    assert load_settings().cooldown_hours == LONGEST_COOLDOWN_HOURS


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("cooldown_hours", "nan"),
        ("cooldown_hours", "-1"),
        ("cooldown_hours", "two"),
        ("sighting_days", "1000000"),
        ("sighting_days", "9" * 4_301),
        ("shard_count", "1e9"),
        ("embedder_timeout", "inf"),
        ("near_miss_share", "inf"),
        ("max_claims", "\udce4"),
    ],
)
def test_a_number_that_cannot_be_used_is_told_with_its_value(name, written, monkeypatch):
    monkeypatch.setenv(f"TOUCHSTONE_{name.upper()}", written)
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert str(told.value).startswith(f"TOUCHSTONE_{name.upper()}: ")
    assert str(told.value).encode()
    assert written.isascii() is False or written[:9] in str(told.value)


@pytest.mark.parametrize("written", ['"a.bot.token"', "'a.bot.token'", " a.bot.token\n", "\ufeffa.bot.token\u200b"])
def test_quotes_and_blanks_around_a_token_are_no_part_of_it(written, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_DISCORD_TOKEN", written)
    token = load_settings().discord_token
    assert token is not None
    assert token.get_secret_value() == "a.bot.token"


def test_a_line_break_within_a_token_is_told_and_the_token_is_not(monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_DISCORD_TOKEN", "a.bot\n.token")
    with pytest.raises(SettingsError, match="there is a line break in it") as told:
        load_settings()
    assert "a.bot" not in str(told.value)


def test_a_key_that_is_easily_guessed_is_refused():
    with pytest.raises(SettingsError, match="TOUCHSTONE_HASH_KEY: it is too short"):
        load_settings(hash_key="s")


# What is a password here, and where the address is written as people write it.
ADDRESSES = [
    "postgresql://me:hush-hush@host/base",
    "postgresql://me:hush-hush@home@host/base",
    "postgresql://me:hush-hush?@host/base",
    "postgresql://me:hush-hush/@host/base",
    "postgresql://me:hush-hush%40@host/base",
    "postgresql://me@host/base?password=hush-hush",
    "postgresql://me@host/base?password=hush-hush@home",
    "postgresql://me@host/base?sslpassword=hush-hush&connect_timeout=3",
    "postgresql://me:hush-hush@host:x/base",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_password_of_the_database_is_never_shown(address):
    assert "hush" not in shown_database(address)
    assert "hush" not in repr(load_settings(database_url=address))
    assert "hush" not in str(load_settings(database_url=address))


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_password_of_the_database_is_blotted_out_of_what_others_say(address):
    said = f"could not connect with {address}"
    assert "hush" not in blotted(said, database_secrets(address))


def test_an_address_without_a_password_is_shown_as_it_is():
    assert shown_database("postgresql://me@host:5432/base") == "postgresql://me@host:5432/base"
    assert shown_database("sqlite:////a/b?c@d.db") == "sqlite:////a/b?c@d.db"


@pytest.mark.parametrize("given", ["claims.example", "ftp://claims.example", "https://x.example/?a=1", "https://a b"])
def test_the_address_of_the_site_is_one(given):
    assert load_settings(public_url="https://claims.example/site/").public_url == "https://claims.example/site"
    with pytest.raises(SettingsError, match="this is no address of a site"):
        load_settings(public_url=given)


@pytest.mark.parametrize(
    ("given", "shards"), [("0", (0,)), ("3, 1,1", (1, 3)), ("0-2,7", (0, 1, 2, 7)), ((2, 3), (2, 3)), ("", None)]
)
def test_the_shards_of_a_process_are_numbers_and_ranges(given, shards):
    assert load_settings(shard_count=8, shard_ids=given).shard_ids == shards


@pytest.mark.parametrize(
    ("given", "mend"),
    [
        ({"shard_ids": "0"}, "set shard_count too"),
        ({"shard_ids": "8", "shard_count": 8}, "name shards from 0 to 7"),
        ({"shard_ids": "20000", "shard_count": 8}, "name shards from 0 to 7"),
        ({"shard_ids": "5-3", "shard_count": 8}, "shard"),
        ({"shard_ids": "one", "shard_count": 8}, "write numbers from 0"),
        ({"shard_ids": "-1", "shard_count": 8}, "write numbers from 0"),
    ],
)
def test_shards_that_cannot_be_are_refused_with_a_mend(given, mend):
    with pytest.raises(SettingsError, match=mend):
        load_settings(**given)
