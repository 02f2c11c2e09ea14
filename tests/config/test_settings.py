"""Settings: where they come from, and how a faulty one is told."""

import pytest

from config.errors import SettingsError
from config.settings import load_settings, unknown_variables


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, text: str) -> None:
    (folder / "touchstone.toml").write_text(text, "utf-8")


def test_without_anything_the_defaults_hold():
    settings = load_settings()
    assert (settings.language, settings.cooldown_hours, settings.embedder) == ("auto", 6, "none")
    assert settings.database_url.startswith("sqlite:///")


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


def test_secrets_do_not_show_in_a_printed_settings_object():
    assert "very-secret" not in repr(load_settings(discord_token="very-secret", hash_key="very-secret"))
