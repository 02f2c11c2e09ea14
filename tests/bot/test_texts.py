"""The catalogues are whole: every text of the code in every language, and none that the code does not show."""

import ast
from string import Formatter

import pytest

from bot.texts import Texts, read_catalogue
from checks.embedders.onnx import read_folder
from checks.evaluate.files import read_labelled
from config.errors import EmbedderSetupError, EvaluationError, SettingsError
from config.languages import ByLanguage
from config.settings import load_settings
from tests.bot.catalogue import KEYWORDS, ROOMS, TRANSLATED, extract, texts_of


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_code_has_an_entry(language):
    assert texts_of(extract()) - texts_of(read_catalogue(language)) == set(), "run `make texts`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_entry_is_left_over(language):
    catalogue = read_catalogue(language)
    assert texts_of(catalogue) - texts_of(extract()) == set(), "run `make texts`"
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_entry_is_translated_and_certain(language):
    entries = [message for message in read_catalogue(language) if message.id]
    assert [m.id for m in entries if m.fuzzy] == []
    assert [m.id for m in entries if not all(m.string if m.pluralizable else [m.string])] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_has_the_same_placeholders(language):
    for message in read_catalogue(language):
        ids = message.id if message.pluralizable else (message.id,)
        strings = message.string if message.pluralizable else (message.string,)
        wanted = set().union(*map(placeholders, ids))
        if message.id:
            assert all(placeholders(string) == wanted for string in strings), message.id


def test_every_text_stands_where_babel_finds_it():
    """A call inside an f-string, or with a text that is put together, would never reach the catalogue."""
    known = {text for entry in texts_of(extract()) for text in ([entry] if isinstance(entry, str) else entry)}
    for path in (path for room in ROOMS for path in room.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            numbers = [number for words in KEYWORDS if name in words for number in words[name] or (1,)]
            for text in (call.args[number - 1] for number in numbers if number <= len(call.args)):
                if isinstance(text, ast.Constant):
                    assert text.value in known, f"{path.name}, line {text.lineno}"
                assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{path.name}, {call.lineno}"


def test_placeholders_are_filled():
    assert Texts.open("en")("As of {date}.", date="today") == "As of today."
    assert Texts.open("zh-Hans")("As of {date}.", date="今天") == "截至今天。"


def test_braces_in_a_value_stay_as_they_are():
    assert Texts.open("en")("As of {date}.", date="{0}") == "As of {0}."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_claims": 9}, "TOUCHSTONE_MAX_CLAIMS：應小於或等於 3。一則回覆最多回應幾個說法。現在是 9。"),
        ({"hash_key": "s"}, "TOUCHSTONE_HASH_KEY：太短：請用 8 個以上的字元"),
        ({"langauge": "en"}, "TOUCHSTONE_LANGAUGE：沒有這項設定。"),
    ],
)
def test_faulty_settings_are_told_in_the_readers_language(given, said):
    with pytest.raises(SettingsError) as told:
        load_settings(**given)
    assert Texts.open("zh-Hant").of_error(told.value).startswith(said)
    assert Texts.open("en").of_error(told.value) == str(told.value)


def test_each_faulty_setting_has_its_own_line():
    with pytest.raises(SettingsError) as told:
        load_settings(max_claims=0, sighting_days=0)
    assert [line[:14] for line in Texts.open("zh-Hans").of_error(told.value).splitlines()] == [
        line[:14] for line in told.value.faults
    ]


def test_texts_within_the_text_of_an_error_are_told_in_the_readers_language(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("no json", "utf-8")
    with pytest.raises(EvaluationError) as told:
        read_labelled(file)
    assert Texts.open("zh-Hant").of_error(told.value).startswith(f"{file}，第 1 行：這不是 JSON（")
    with pytest.raises(EmbedderSetupError) as told:
        read_folder(tmp_path)
    assert "缺少 model.onnx 和 tokenizer.json。" in Texts.open("zh-Hant").of_error(told.value)


def test_the_count_chooses_the_form():
    texts = Texts.open("en")
    assert [texts.plural("{count} claim", "{count} claims", count) for count in (1, 2)] == ["1 claim", "2 claims"]
    assert Texts.open("zh-Hant").plural("{count} claim", "{count} claims", 2) == "2 則說法"


def test_a_text_without_an_entry_stays_english():
    assert Texts.open("zh-Hant")("Nobody has translated this.") == "Nobody has translated this."


def test_the_language_picks_one_of_two_written_texts():
    assert Texts.open("en").pick(ByLanguage(en="server", zh="服务器")) == "server"
    assert Texts.open("zh-Hans").pick(ByLanguage(en="server", zh="服务器")) == "服务器"
    assert Texts.open("zh-Hant").pick(ByLanguage(en="server", zh="服务器")) == "伺服器"


def test_where_one_of_two_texts_is_missing_the_other_is_shown():
    assert Texts.open("en").pick(ByLanguage(en="", zh="服务器")) == "服务器"
    assert Texts.open("zh-Hant").pick(ByLanguage(en="server", zh="")) == "server"


def test_a_text_in_none_of_the_readers_languages_is_shown_as_the_first_of_the_table_has_it():
    assert Texts.open("en").pick(ByLanguage(ja="サーバー", zh="服务器")) == "服务器"
    assert Texts.open("en").pick(ByLanguage(ja="サーバー")) == "サーバー"
    assert Texts.open("en").pick(ByLanguage()) == ""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
