"""`touchstone.toml` as editors and people really save it."""

import os

import pytest

from config.errors import SettingsError
from config.settings import load_settings


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(folder, raw: bytes) -> None:
    (folder / "touchstone.toml").write_bytes(raw)


def refusal() -> str:
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert len(told.value.faults) == 1
    return str(told.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_line(folder, encoding):
    save(folder, "# 設定\r\nmax_claims = 2\r\n".encode(encoding))
    assert load_settings().max_claims == 2


def test_another_code_page_is_told_with_its_line(folder):
    save(folder, "max_claims = 2\n# 冷却时间\n".encode("gbk"))
    assert refusal() == "touchstone.toml, line 2: this is not UTF-8, but another code page. Save the file as UTF-8."


def test_a_heading_is_told_with_its_line(folder):
    save(folder, b'# mine\n[touchstone]\nlanguage = "en"\n')
    assert refusal().startswith("touchstone.toml, line 2: [touchstone] is a heading. Settings stand without one:")


@pytest.mark.parametrize("written", [b"max_claims = " + b"9" * 5_000, b"a = " + b"[" * 5_000 + b"]" * 5_000, b"\0"])
def test_what_no_settings_can_be_is_told_in_a_sentence(folder, written):
    save(folder, written)
    assert refusal().startswith("touchstone.toml: ")


def test_a_folder_in_the_place_of_the_file_is_told(folder):
    (folder / "touchstone.toml").mkdir()
    assert "this is no ordinary file" in refusal()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(folder):
    os.mkfifo(folder / "touchstone.toml")
    assert "this is no ordinary file" in refusal()


def test_a_file_of_another_kind_is_not_read_to_its_end(folder):
    save(folder, b"#" * 2_000_000)
    assert "larger than 1 MB" in refusal()


def test_an_empty_value_is_as_good_as_none(folder):
    save(folder, b'language = ""\ndatabase_url = ""\n')
    settings = load_settings()
    assert settings.language == "auto"
    assert settings.database_url.startswith("sqlite:///")
