"""The matrix of wordings: which are near a message, and what a change of the base costs."""

import numpy as np
import pytest

from checks.meaning import EmbeddedWordings
from tests.checks.embedders.known_vectors import KnownEmbedder


def test_each_wording_gets_its_cosine_in_the_order_of_the_rows():
    embedder = KnownEmbedder()
    wordings = EmbeddedWordings.build(["a", "b", "c"], [0, 0, 1], embedder.embed)
    message = embedder.embed(["b"])[0]
    similarities = wordings.similarities(message)
    assert np.allclose(similarities, [float(row @ message) for row in embedder.embed(["a", "b", "c"])])
    assert similarities[1] == pytest.approx(1.0)
    assert similarities.max() <= 1.0


def test_a_claim_is_as_near_as_its_nearest_wording():
    embedder = KnownEmbedder()
    wordings = EmbeddedWordings.build(["a", "b", "c"], [0, 0, 2], embedder.embed)
    best = wordings.by_claim(np.array([0.1, 0.5, 0.3], dtype=np.float32), claims=4)
    assert best.tolist() == pytest.approx([0.5, -1.0, 0.3, -1.0])


def test_a_claim_may_be_as_near_as_its_nearest_few_on_average():
    wordings = EmbeddedWordings.build(["a", "b", "c", "d", "e"], [1, 0, 1, 1, 0], KnownEmbedder().embed)
    similarities = np.array([0.2, 0.7, 0.9, 0.5, 0.1], dtype=np.float32)
    assert wordings.by_claim(similarities, 3, nearest=2).tolist() == pytest.approx([0.4, 0.7, -1.0])
    assert wordings.by_claim(similarities, 3, nearest=9).tolist() == pytest.approx([0.4, 1.6 / 3, -1.0])


def test_a_rebuild_embeds_only_new_texts():
    embedder = KnownEmbedder()
    wordings = EmbeddedWordings.build(["a", "b"], [0, 1], embedder.embed)
    changed = wordings.rebuild(["c", "b", "b", "a"], [0, 0, 1, 2], embedder.embed)
    assert embedder.asked == [["a", "b"], ["c"]]
    fresh = EmbeddedWordings.build(["c", "b", "b", "a"], [0, 0, 1, 2], embedder.embed)
    assert np.array_equal(changed.vectors, fresh.vectors)
    assert changed.claims.tolist() == [0, 0, 1, 2]


def test_a_rebuild_that_only_forgets_embeds_nothing():
    embedder = KnownEmbedder()
    smaller = EmbeddedWordings.build(["a", "b"], [0, 1], embedder.embed).rebuild(["b"], [0], embedder.embed)
    assert embedder.asked == [["a", "b"]]
    assert np.array_equal(smaller.vectors, embedder.embed(["b"]))


def test_without_an_embedder_there_is_no_matrix():
    assert EmbeddedWordings.build(["a"], [0], lambda _: None) is None


def test_an_empty_base_is_near_nothing():
    embedder = KnownEmbedder()
    wordings = EmbeddedWordings.build([], [], embedder.embed)
    assert wordings.similarities(embedder.embed(["a"])[0]).tolist() == []
    assert wordings.rebuild(["a"], [0], embedder.embed).vectors.shape == (1, 4)


def test_every_wording_needs_its_claim():
    with pytest.raises(ValueError, match="2 wordings, but 1 claims"):
        EmbeddedWordings.build(["a", "b"], [0], KnownEmbedder().embed)
