"""What an embedder says of a message: which claims it comes near, and which stretch of it carries them."""

import numpy as np
import pytest

from checks.base import IndexedBase
from checks.checker import Checker
from checks.lexicon import Lexicon, analyse
from checks.meaning import EmbeddedTexts, Meaning
from checks.model import KnownClaim, KnownWording
from checks.tuning import Tuning
from config.languages import ByLanguage
from tests.checks.embedders.known_vectors import KnownEmbedder


class Source:
    """An embedder that counts letters, so that texts of like letters are near; it can be put out of order."""

    name = "letters"

    def __init__(self) -> None:
        self.works = True

    def embed_or_none(self, texts):
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
    assert texts.nearest(similarities)[:, 0].tolist() == pytest.approx([0.7, 0.9, -1.0])
    assert texts.nearest(similarities, 2)[:, 0].tolist() == pytest.approx([0.7, 0.7, -1.0])
    assert texts.nearest(similarities, 9)[:, 0].tolist() == pytest.approx([0.7, 1.6 / 3, -1.0])


def test_without_an_embedder_there_is_nothing():
    assert EmbeddedTexts.build([["a"]], lambda _: None) is None


def test_a_base_without_texts_is_near_nothing():
    texts = EmbeddedTexts.build([[], []], KnownEmbedder().embed)
    assert texts.nearest(texts.similarities(KnownEmbedder().embed(["a"])))[:, 0].tolist() == [-1.0, -1.0]


def test_a_claim_inside_a_long_post_is_found_in_the_stretch_that_carries_it(meaning, source, lexicon):
    text = "What a week, I have hardly slept. Zinc zaps zombies quickly, says my uncle. Who plays tonight?"
    nearness = meaning.nearness(analyse(text, lexicon), source)
    start, end = nearness.span(0)
    assert "zinc zaps zombies" in analyse(text, lexicon).text[start:end]
    assert nearness.nearest_claims(1) == [0]
    assert nearness.part.values[0] > nearness.whole.values[0]


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
    assert disputed["denial_whole"] > asserted["denial_whole"]
    assert meaning.nearness(analyse("it is a metal", lexicon), source).dispute(0)["point_whole"] > 0.99
    assert meaning.nearness(analyse("it is a metal", lexicon), source).dispute(1)["point_whole"] == 0.0


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


def test_while_the_embedder_is_out_of_order_nothing_is_said(meaning, source, lexicon):
    source.works = False
    assert meaning.nearness(analyse("zebras like zinc", lexicon), source) is None
    assert Meaning.of(meaning.base, source) is None
