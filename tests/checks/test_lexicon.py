"""Concepts and frequencies."""

import pytest

from checks.lexicon import Lexicon, analyse


def concepts(text: str, lexicon: Lexicon) -> set[str]:
    return {mention.concept for mention in analyse(text, lexicon).mentions}


@pytest.mark.parametrize(
    ("english", "chinese", "concept"),
    [
        ("silver is up", "白銀漲了", "silver"),
        ("NVDA again", "辉达又来了", "nvidia"),
        ("what did Jensen say", "老黄说了什么", "huang"),
        ("the data centers", "資料中心", "datacentre"),
        ("that is round tripping", "左手倒右手而已", "circular"),
        ("shares are overpriced", "估值离谱", "overvalued"),
    ],
)
def test_both_languages_name_one_concept(lexicon: Lexicon, english: str, chinese: str, concept: str):
    assert concept in concepts(english, lexicon)
    assert concept in concepts(chinese, lexicon)


def test_the_longest_form_wins(lexicon: Lexicon):
    assert "gpu" not in concepts("data center buildings", lexicon)
    assert "datacentre" in concepts("data centre buildings", lexicon)


def test_mentions_stand_where_they_say(lexicon: Lexicon):
    reading = analyse("The Server Farms of 英伟达", lexicon)
    named = {mention.concept: reading.text[mention.start : mention.end] for mention in reading.mentions}
    assert named["datacentre"] == "server farms"
    assert named["nvidia"] == "英伟达"


def test_every_name_is_a_concept_and_belongs_to_one_group(lexicon: Lexicon):
    assert lexicon.names
    assert set(lexicon.names) <= set(lexicon.concepts.shares)


def test_common_words_are_common(lexicon: Lexicon):
    rarity = lexicon.frequencies.rarity
    assert rarity("the") < rarity("server") < rarity("depreci") <= 7.5
    assert rarity("我们") < rarity("白银") <= 7.5
    assert rarity("qqqzzz") == 7.5
