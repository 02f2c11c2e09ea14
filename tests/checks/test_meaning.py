"""What an embedder says of a message: which claims it comes near, and which stretch of it carries them."""

import random
from dataclasses import replace

import numpy as np
import pytest

from checks.base import IndexedBase, Overlay
from checks.checker import Checker
from checks.lexicon import Lexicon, analyse
from checks.meaning import EmbeddedTexts, Meaning, nearest
from checks.model import KnownClaim, KnownWording
from checks.tuning import Tuning
from config.languages import ByLanguage
from tests.checks.embedders.known_vectors import KnownEmbedder


class Source:
    """An embedder that counts letters, so that texts of like letters are near; it can be put out of order."""

    name = "letters"

    def __init__(self) -> None:
        self.works = True
        self.asked: list[list[str]] = []

    def embed_or_none(self, texts):
        self.asked.append([*texts])
        if not self.works:
            return None
        counts = np.array([[1.0 + text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    wordings_or_none = embed_or_none


def claim(name: str, *wordings: str, denials: tuple[str, ...] = (), points: tuple[str, ...] = ()) -> KnownClaim:
    said = tuple(KnownWording(text, "en") for text in wordings)
    denied = tuple(KnownWording(text, "en", denies=True) for text in denials)
    return KnownClaim(name, "contested", ByLanguage(en=wordings[0]), said + denied, points=points)


CLAIMS = [
    claim(
        "zinc",
        "zinc zaps zombies quickly",
        "zebras like zinc",
        points=("Zinc does nothing of the kind. It is a metal.",),
    ),
    claim("moon", "the moon pulls moods", "moody moons make moonlight", denials=("the moon moves no moods",)),
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def meaning(lexicon, source) -> Meaning:
    made = Meaning.of(IndexedBase.of(CLAIMS, lexicon, Tuning.load()), source)
    assert made is not None
    return made


def test_each_text_gets_its_cosine_with_each_vector():
    embedder = KnownEmbedder()
    texts = EmbeddedTexts.build([["a", "b"], ["c"]], embedder.embed)
    found = texts.similarities(embedder.embed(["b", "c"]))
    assert np.allclose(found[:3], embedder.embed(["a", "b", "c"]) @ embedder.embed(["b", "c"]).T, atol=1e-6)


def test_a_claim_is_as_near_as_its_nearest_texts_on_average():
    texts = EmbeddedTexts.build([["a"], ["b", "c", "d"], []], KnownEmbedder().embed)
    similarities = np.array([[0.7], [0.2], [0.9], [0.5], [-np.inf]], dtype=np.float32)
    assert nearest(similarities[texts.rows])[:, 0].tolist() == pytest.approx([0.7, 0.9, -1.0])
    assert nearest(similarities[texts.rows], 2)[:, 0].tolist() == pytest.approx([0.7, 0.7, -1.0])
    assert nearest(similarities[texts.rows], 9)[:, 0].tolist() == pytest.approx([0.7, 1.6 / 3, -1.0])


def test_without_an_embedder_there_is_nothing():
    assert EmbeddedTexts.build([["a"]], lambda _: None) is None


def test_a_base_without_texts_is_near_nothing():
    texts = EmbeddedTexts.build([[], []], KnownEmbedder().embed)
    assert nearest(texts.by_claim(KnownEmbedder().embed(["a"])))[:, 0].tolist() == [-1.0, -1.0]


def test_a_claim_inside_a_long_post_is_found_in_the_stretch_that_carries_it(meaning, source, lexicon):
    text = "What a week, I have hardly slept. Zinc zaps zombies quickly, says my uncle. Who plays tonight?"
    nearness = meaning.nearness(analyse(text, lexicon), source)
    start, end = nearness.span(0)
    assert "zinc zaps zombies" in analyse(text, lexicon).text[start:end]
    assert nearness.nearest_claims(1) == [0]
    assert nearness.measures(0)["meaning_part"] > nearness.measures(0)["meaning_whole"]


def test_the_standing_of_a_claim_is_told_beside_the_others(meaning, source, lexicon):
    nearness = meaning.nearness(analyse("zebras like zinc", lexicon), source)
    first, second = nearness.measures(0), nearness.measures(1)
    assert first["meaning_whole"] == pytest.approx(1.0, abs=1e-5)
    assert first["lead_whole"] > 0 > second["lead_whole"]
    assert first["above_both"] > 0 > second["above_both"]


def test_a_claim_without_others_stands_by_itself(source, lexicon):
    alone = Meaning.of(IndexedBase.of(CLAIMS[:1], lexicon, Tuning.load()), source)
    measures = alone.nearness(analyse("zebras like zinc", lexicon), source).measures(0)
    assert measures["lead_whole"] == measures["meaning_whole"]
    assert measures["above_both"] == 0.0


def test_what_sources_and_disputers_say_is_told_apart_from_the_claim(meaning, source, lexicon):
    disputed = meaning.nearness(analyse("the moon moves no moods", lexicon), source).dispute(1)
    asserted = meaning.nearness(analyse("moody moons make moonlight", lexicon), source).dispute(1)
    assert disputed["has_denials"] == 1.0
    for name in ("denial_whole", "denial_part", "denial_all"):
        assert disputed[name] > asserted[name]
    assert meaning.nearness(analyse("it is a metal", lexicon), source).dispute(0)["point_whole"] > 0.99
    assert meaning.nearness(analyse("it is a metal", lexicon), source).dispute(1)["point_whole"] == 0.0


def test_a_denial_in_another_sentence_than_the_claim_counts(meaning, source, lexicon):
    claim = "moody moons make moonlight, say the moonstruck"
    disputed, plain = (
        meaning.nearness(analyse(f"{claim}. {more}.", lexicon), source).measures(1)
        for more in ("the moon moves no moods", "zebras like zinc")
    )
    assert disputed["denial_part"] == pytest.approx(plain["denial_part"], abs=1e-5)
    assert disputed["denial_all"] > plain["denial_all"]


def _many_claims(count: int) -> list[KnownClaim]:
    chance = random.Random(5)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 9))) for _ in range(300)]
    return [
        claim(f"claim-{n}", *(" ".join(chance.sample(words, 5)) for _ in range(3)), points=(chance.choice(words),))
        for n in range(count)
    ]


class Words:
    """An embedder that adds up a direction for each word, so that texts of the same words are near."""

    name = "words"

    def embed_or_none(self, texts):
        vectors = np.array([sum(map(self._direction, text.split()), np.zeros(64)) for text in texts])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    wordings_or_none = embed_or_none

    @staticmethod
    def _direction(word: str) -> np.ndarray:
        return np.random.default_rng(list(word.encode())).normal(size=64)


@pytest.fixture
def outlined(monkeypatch):
    """Have bases of a hundred wordings count as very large ones."""
    monkeypatch.setattr("checks.meaning._MANY_TEXTS", 100)
    monkeypatch.setattr("checks.meaning._NEAR_IN_OUTLINE", 10)
    monkeypatch.setattr("checks.meaning._SAMPLED", 60)


def test_of_very_many_claims_those_near_in_outline_are_measured_as_all_are(lexicon, request):
    claims, source = _many_claims(80), Words()
    base = IndexedBase.of(claims, lexicon, Tuning.load())
    message = analyse(f"somebody told me {claims[7].wordings[1].text}. who plays tonight?", lexicon)
    full = Meaning.of(base, source).nearness(message, source)
    request.getfixturevalue("outlined")
    near = Meaning.of(base, source).nearness(message, source)
    assert near.places is not None
    assert len(near.places) < len(claims)
    assert full.nearest_claims(1) == near.nearest_claims(1) == [7]
    both = full.measures(7), near.measures(7)
    # How far above all others a claim stands is told by a sample of these.
    assert both[1] == pytest.approx({**both[0], **{k: v for k, v in both[1].items() if k[:5] == "above"}}, abs=1e-5)
    assert both[1]["above_both"] == pytest.approx(both[0]["above_both"], rel=0.3)
    assert near.wording(7)[0] == full.wording(7)[0]
    assert near.span(7) == full.span(7)
    assert near.dispute(7) == pytest.approx(full.dispute(7), abs=1e-5)


@pytest.mark.usefixtures("outlined")
def test_a_claim_that_only_words_have_found_is_measured_beside_those_near_in_outline(source, lexicon):
    base = IndexedBase.of(_many_claims(80), lexicon, Tuning.load())
    nearness = Meaning.of(base, source).nearness(analyse("zinc zaps zombies", lexicon), source)
    far = next(n for n in range(80) if n not in nearness.places)
    widened = nearness.with_claims([far, nearness.nearest_claims(1)[0]])
    assert widened.measures(far)["meaning_whole"] < widened.measures(nearness.nearest_claims(1)[0])["meaning_whole"]
    assert widened.with_claims([far]) is widened
    assert nearness.nearest_claims(3) == widened.nearest_claims(3)


@pytest.mark.usefixtures("outlined")
def test_claims_that_are_gone_are_not_found_among_very_many(source, lexicon):
    claims = _many_claims(80)
    base = IndexedBase.of(claims, lexicon, Tuning.load()).beside(Overlay(hidden=frozenset({"claim-7", "claim-8"})))
    message = analyse(claims[7].wordings[1].text, lexicon)
    assert not {7, 8}.intersection(Meaning.of(base, source).nearness(message, source).nearest_claims(80))


@pytest.mark.usefixtures("outlined")
@pytest.mark.parametrize("hidden", [frozenset(), frozenset({"claim-7", "claim-8"})])
def test_several_messages_at_once_come_as_near_as_each_alone(lexicon, hidden):
    claims, source = _many_claims(80), Words()
    meaning = Meaning.of(IndexedBase.of(claims, lexicon, Tuning.load()).beside(Overlay(hidden=hidden)), source)
    texts = [". ".join(each.wordings[n % 3].text for each in claims[n : n + 1 + n % 4]) for n in range(0, 40, 3)]
    messages = [analyse(text, lexicon) for text in texts]
    for message, together in zip(messages, meaning.nearness_of_each(messages, source), strict=True):
        alone = meaning.nearness(message, source)
        assert together.places == alone.places
        assert together.stretches == alone.stretches
        nearest_claims = alone.nearest_claims(5)
        assert together.nearest_claims(5) == nearest_claims
        for each in nearest_claims:
            assert together.measures(each) == pytest.approx(alone.measures(each), abs=1e-4)


def test_vectors_of_another_length_than_the_fitted_ones_are_judged_by_their_cosines(source, lexicon):
    found = Checker(CLAIMS, lexicon, meaning=source).check("you know that zinc zaps zombies quickly")
    assert found.best is not None
    assert found.best.claim == "zinc"


def test_the_ranking_is_that_of_the_check_also_by_meaning(source, lexicon):
    checker = Checker(CLAIMS, lexicon, meaning=source)
    text = "you know that zinc zaps zombies quickly"
    assert checker.ranking(text) == ["zinc", "moon"]
    assert checker.check(text).matches[0].claim == "zinc"
    assert checker.encoder == "letters"
    assert Checker(CLAIMS, lexicon).encoder == ""


def test_several_messages_at_once_are_ranked_as_each_alone(source, lexicon):
    checker = Checker([*CLAIMS, *_many_claims(30)], lexicon, meaning=source)
    texts = [
        "you know that zinc zaps zombies quickly",
        "",
        "good night all",
        "moody moons make moonlight",
        "zebras, zinc",
    ]
    alone = [checker.ranking(text) for text in texts]
    assert checker.rankings(texts) == alone
    assert [found[:1] for found in alone[:4]] == [["zinc"], [], [], ["moon"]]
    source.works = False
    assert checker.rankings(texts) == [checker.ranking(text) for text in texts]
    assert checker.rankings([]) == []


def test_several_messages_at_once_are_found_as_each_alone(source, lexicon):
    checker = Checker([*CLAIMS, *_many_claims(30)], lexicon, meaning=source)
    texts = ["you know that zinc zaps zombies quickly", "", "good night all", "moody moons make moonlight \ud83d"] * 6
    alone = [checker.check(text) for text in texts]
    together = [*checker.check_each(texts)]
    assert [found.text for found in together] == [found.text for found in alone]
    assert [found.action for found in together] == [found.action for found in alone]
    assert [[match.claim for match in found.matches[:1]] for found in together[:4]] == [["zinc"], [], [], ["moon"]]
    for one, other in zip(together, alone, strict=True):
        for match, same in zip(one.matches, other.matches, strict=True):
            assert replace(match, score=same.score, exact=same.exact) == same
            assert match.unrounded == pytest.approx(same.unrounded, abs=1e-5)


def test_while_the_embedder_is_out_of_order_nothing_is_said(meaning, source, lexicon):
    source.works = False
    assert meaning.nearness(analyse("zebras like zinc", lexicon), source) is None
    assert Meaning.of(meaning.base, source) is None


def test_while_the_embedder_is_out_of_order_no_wording_is_asked_for_and_no_vector_lost(source, lexicon):
    checker, text = Checker(CLAIMS, lexicon, meaning=source), "you know that zinc zaps zombies quickly"
    source.works = False
    checker.check(text)
    (asked,) = source.asked
    assert {*asked} == {text}
    source.works = True
    checker.check(text)
    kept = checker._meaning
    source.works = False
    checker.change([claim("sun", "the sun sets on sundays")], ())
    checker.check(text)
    source.works, source.wordings_or_none = True, lambda _: None
    checker.check(text)
    assert checker._meaning is kept
