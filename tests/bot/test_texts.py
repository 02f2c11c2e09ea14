"""The catalogues are whole: every text of the code in every language, and none that the code does not show."""

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from bot.texts import Texts, read_catalogue
from checks.embedders.embedder import BreakingEmbedder, CircuitBreaker
from checks.embedders.onnx import read_folder
from checks.evaluation_files import read_labelled
from config.errors import (
    ConflictError,
    EmbedderError,
    EmbedderSetupError,
    EvaluationError,
    SettingsError,
    UnknownUnitError,
    worded,
)
from config.languages import ByLanguage
from config.settings import load_settings
from tests.bot.catalogue import KEYWORDS, ROOMS, TRANSLATED, extract, texts_of


@pytest.fixture(scope="module")
def in_code():
    """All texts that Babel finds in the code."""
    return texts_of(extract())


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_code_has_an_entry(language, in_code):
    assert in_code - texts_of(read_catalogue(language)) == set(), "run `make texts`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_entry_is_left_over(language, in_code):
    catalogue = read_catalogue(language)
    assert texts_of(catalogue) - in_code == set(), "run `make texts`"
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


def test_every_text_stands_where_babel_finds_it(in_code):
    """A call inside an f-string, or with a text that is put together, would never reach the catalogue."""
    known = {text for entry in in_code for text in ([entry] if isinstance(entry, str) else entry)}
    for path in (path for room in ROOMS for path in room.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            numbers = [number for words in KEYWORDS if name in words for number in words[name] or (1,)]
            for text in (call.args[number - 1] for number in numbers if number <= len(call.args)):
                if isinstance(text, ast.Constant):
                    assert text.value in known, f"{path.name}, line {text.lineno}"
                assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"{path.name}, {call.lineno}"


# What is a figure where it stands for one.
FIGURES = (
    "count|number|most|days|revision|said|documented|least|cut_off|limit|budget|seconds|hours|score|rate|total|start|end"
    "|rows|pages|page|line|byte|tries|amount|age|until|day|messages|chat|ticks"
)
FIGURE = rf"(?:\{{(?:{FIGURES})(?:[:!][^}}]*)?\}}|[0-9])"
HAN = "[\u3400-\u9fff]"
APART = re.compile(rf"{HAN} {FIGURE}|{FIGURE} {HAN}")
# Shows what is to be typed, where the blank parts the name from the place.
TYPED = 'One a line: source, source 120-180, or source "its very words". New ones: /claims source'


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_blank_stands_between_chinese_and_a_figure(language):
    """As it is printed in Taipei and in Beijing, and as the claims have it: 共1.2公斤; a command keeps its blanks."""
    for message in read_catalogue(language):
        strings = message.string if message.pluralizable else (message.string,)
        is_prose = message.id and message.id != TYPED
        assert not [string for string in strings if is_prose and APART.search(string)], message.id


APART_FROM_LATIN = re.compile(rf"{HAN}[A-Za-z]|[A-Za-z]{HAN}")
HALF_WIDTH = re.compile(rf"{HAN}[,;:!?()]|[,;:!?()]{HAN}| [，。；：！？、）」』]|[，。；！？、（「『] ")
# What is typed so: a file of settings or a pack, and an address.
TYPED_SO = re.compile(r"“键: 文字”|「鍵: 文字」|\[一[个個], 另一[个個]\]|主[机機]:(?:端口|連接埠)")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_blank_stands_between_chinese_and_latin_letters(language):
    for text in chinese_texts(language):
        assert not APART_FROM_LATIN.search(text), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_chinese_has_its_own_punctuation_and_no_blank_beside_it(language):
    for text in chinese_texts(language):
        assert not HALF_WIDTH.search(TYPED_SO.sub("", text)), text


def test_parts_with_commas_of_their_own_stand_apart_as_the_language_has_it():
    assert Texts.open("en").apart(["1,200–1,300", "5"]) == "1,200–1,300; 5"
    assert Texts.open("zh-Hant").apart(["第1,200字", "第5字"]) == "第1,200字；第5字"


def test_placeholders_are_filled():
    assert Texts.open("en")("As of {date}.", date="today") == "As of today."
    assert Texts.open("zh-Hans")("As of {date}.", date="今天") == "截至今天。"


def test_braces_in_a_value_stay_as_they_are():
    assert Texts.open("en")("As of {date}.", date="{0}") == "As of {0}."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_claims": 9}, "TOUCHSTONE_MAX_CLAIMS：應小於或等於3。一則回覆最多回應幾個說法。現在是：9。"),
        ({"hash_key": "s"}, "TOUCHSTONE_HASH_KEY：太短：請用8個以上的字元"),
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
    assert Texts.open("zh-Hant").of_error(told.value).startswith(f"{file}，第1行：這不是 JSON（")
    with pytest.raises(EmbedderSetupError) as told:
        read_folder(tmp_path)
    assert "缺少 model.onnx 與 tokenizer.json。" in Texts.open("zh-Hant").of_error(told.value)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnknownUnitError("stone", ("kg", "oz")), "沒有單位 'stone'。請用其中之一：kg, oz；"),
        (ConflictError("plums", ()), "plums 在此期間已被修改。兩個版本的不同之處：已無差別。"),
    ],
)
def test_what_an_error_says_of_its_own_is_told_in_the_readers_language(error, said):
    assert Texts.open("zh-Hant").of_error(error).startswith(said)
    assert Texts.open("en").of_error(error) == str(error)


def test_a_failure_within_a_failure_is_told_in_the_readers_language():
    class Broken:
        name = "mine"
        dimension = None

        def embed(self, _texts):
            raise EmbedderError(worded("The embedder's vectors differ in length, or are no numbers."))

    breaking = BreakingEmbedder(Broken(), CircuitBreaker())
    with pytest.raises(EmbedderError) as told:
        breaking.embed(["a"])
    assert (
        Texts.open("zh-Hant").of_error(told.value) == "嵌入模型 mine 出錯：嵌入模型給出的向量長度不一，或者不是數字。"
    )
    with pytest.raises(EmbedderError) as told:
        breaking.embed(["a"])
    assert "暫時不再詢問" in Texts.open("zh-Hant").of_error(told.value)


def test_the_count_chooses_the_form():
    texts = Texts.open("en")
    assert [texts.plural("{count} claim", "{count} claims", count) for count in (1, 2)] == ["1 claim", "2 claims"]
    assert Texts.open("zh-Hant").plural("{count} claim", "{count} claims", 2) == "2個說法"


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


def chinese_texts(language: str) -> Iterator[str]:
    """Yield what the catalogue says, with a word for each command between backticks."""
    for message in read_catalogue(language):
        for text in message.string if message.pluralizable else (message.string,):
            yield re.sub("`[^`]*`", "X", text) if message.id else ""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
