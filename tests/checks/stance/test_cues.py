"""Cues by kind, and tone: turns of phrase around a claim, with the claim's own words masked."""

from importlib import resources

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from checks.stance.cues import CueFinder, StanceLexicon, ToneReader, words_in
from checks.text import Tokenizer, stretches_of
from config.languages import lexicon_files


def test_every_kind_of_cue_in_a_lexicon_is_one_that_the_table_knows():
    known = yaml.load((resources.files("config") / "lexicon" / "stance.yaml").read_text("utf-8"), yaml.CSafeLoader)
    for text in lexicon_files("stance.yaml").values():
        named = yaml.load(text, yaml.CSafeLoader)
        assert named["opposites"].keys() - set(known["opposites"]) == set()
        assert named.keys() - known.keys() == set()


@pytest.fixture(scope="module")
def shipped() -> StanceLexicon:
    return StanceLexicon.load(str.casefold)


def found_by_patterns(finder: CueFinder, text: str) -> list[tuple[str, int, int]]:
    hits = []
    for cue in (cue for cue in finder.cues if cue.parts[0] in text):
        matches = [cue.pattern.match(text)] if cue.start_only else cue.pattern.finditer(text)
        hits += [(cue.phrase, match.start(), match.end()) for match in matches if match]
    return sorted(hits, key=lambda hit: (hit[1], -hit[2]))


@given(data=st.data())
def test_a_cue_is_found_where_its_pattern_matches(data, shipped: StanceLexicon):
    """Most are looked for without one: words next to letters, an apostrophe or each other must make no difference."""
    finder = data.draw(st.sampled_from([shipped.cues, shipped.opposites]))
    phrases = st.sampled_from(finder.cues).map(
        lambda cue: cue.phrase.strip("^$").replace("…", " so ").replace("#", "7")
    )
    glue = st.sampled_from(["", " ", "  ", "'", "s", "9", ". ", "，", "\n", "的"])
    parts = data.draw(st.lists(st.tuples(phrases, glue), max_size=4))
    text = "".join(phrase + between for phrase, between in parts)
    assert [(hit.cue.phrase, hit.start, hit.end) for hit in finder.find(text)] == found_by_patterns(finder, text)


@pytest.fixture(scope="module")
def tone() -> ToneReader:
    return ToneReader(Tokenizer().stem)


def turns(tone: ToneReader, text: str, wording: str, sentence: int = 0) -> set[str]:
    stretches = stretches_of(text)
    span = stretches.sentences[sentence]
    return tone.turns(text, span, stretches.around(span), wording)


def test_the_words_of_the_claim_are_masked(tone):
    found = turns(tone, "sure, coffee stunts growth lol", "coffee stunts your growth")
    assert "o|sure §" in found
    assert not any("coffee" in turn or "growth" in turn for turn in found)


def test_two_claims_said_alike_sound_alike(tone):
    one = turns(tone, "sure, coffee stunts growth lol", "coffee stunts growth")
    other = turns(tone, "sure, sugar ruins teeth lol", "sugar ruins teeth")
    assert one == other


def test_chinese_words_of_the_claim_are_masked_by_pairs(tone):
    found = turns(tone, "笑死,咖啡会让人变矮", "咖啡让人变矮")
    assert any("笑" in turn for turn in found)
    assert not any("咖" in turn or "啡" in turn for turn in found)


def test_numbers_sound_alike(tone):
    assert turns(tone, "i drank 40 cups", "tea") == turns(tone, "i drank 12 cups", "tea")


def test_a_turn_says_where_it_stands(tone):
    text = "my uncle is funny. coffee stunts growth. what nonsense"
    found = turns(tone, text, "coffee stunts growth", sentence=1)
    assert {"n|funny", "n|nonsense", "w|nonsense", "e|nonsense", "s|uncle"} <= found
    assert "o|nonsense" not in found


@given(st.text(), st.text())
def test_any_text_can_be_heard_and_no_turn_breaks_a_line_of_the_table(text: str, wording: str):
    found = turns(ToneReader(str), text, wording) if stretches_of(text).sentences else set()
    assert not any("\n" in turn or "\t" in turn for turn in found)


def test_words_are_told_wherever_in_the_message_they_stand():
    found = words_in("i bought 40 of them. goats, i tell you")
    assert {"m|goats", "m|tell you", "m|#"} <= found
    assert "m|i tell you" not in found


def test_two_han_characters_that_stand_together_are_told_as_a_word():
    assert {"m|羊", "m|山 羊"} <= words_in("现在只有山羊")
