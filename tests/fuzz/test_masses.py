"""Hostile input in masses: a little in the quick run, 20,000 in the whole one, a million by `python -m tests.fuzz`."""

import pytest

from tests.fuzz.masses import SHARES, opened, shared_out, shown

QUICK, WHOLE = 300, 20_000


@pytest.fixture(scope="module")
def masses(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("masses")) as made:
        yield made


@pytest.mark.parametrize("kind", SHARES)
def test_hostile_input_is_read_or_refused(masses, kind):
    assert [*map(shown, masses.run(kind, range(shared_out(QUICK)[kind])))] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", SHARES)
def test_very_much_hostile_input_is_read_or_refused(masses, kind):
    assert [*map(shown, masses.run(kind, range(shared_out(WHOLE)[kind])))] == []


@pytest.mark.parametrize("count", [1, 300, 20_000, 1_000_000])
def test_a_run_has_as_many_inputs_as_it_says(count):
    shares = shared_out(count)
    assert min(shares.values()) >= 1 or count < len(SHARES)
    assert sum(shares.values()) == count


def test_the_same_number_makes_the_same_input(masses, monkeypatch):
    seen = []
    for _ in range(2):
        monkeypatch.setitem(masses.__dict__, "_checker", Recorder(seen))
        assert [*masses.run("chat", range(5))] == []
    assert seen[:5] == seen[5:]
    assert len(seen) == 10


def test_what_fails_is_named_with_its_number(masses, monkeypatch):
    monkeypatch.setitem(masses.__dict__, "_checker", None)
    (found,) = masses.run("chat", range(10))
    assert found.number == 0
    assert "python -m tests.fuzz chat --from 0" in shown(found)


class Recorder:
    """Stands where the checker does and keeps what it is asked."""

    matches = ()

    def __init__(self, seen) -> None:
        self._seen = seen

    def check(self, text):
        self._seen.append(text)
        return self
