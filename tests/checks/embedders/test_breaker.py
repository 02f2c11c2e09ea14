"""The breaker leaves a failing embedder alone, longer each time, and lets one probe through."""

from checks.embedders.embedder import CircuitBreaker
from tests.checks.embedders.known_vectors import Clock


def test_closed_it_admits_everybody():
    breaker = CircuitBreaker(clock=Clock())
    assert all(breaker.admits() for _ in range(5))
    assert not breaker.succeeded()
    assert breaker.admits()


def test_a_failure_opens_it_until_the_cooling_time_is_over():
    clock = Clock()
    breaker = CircuitBreaker(first=5, clock=clock)
    assert breaker.admits()
    assert breaker.failed()
    assert not breaker.admits()
    clock.now += 4.9
    assert not breaker.admits()
    clock.now += 0.1
    assert breaker.admits()


def test_only_one_probe_passes_at_a_time():
    clock = Clock()
    breaker = CircuitBreaker(first=5, clock=clock)
    breaker.failed()
    clock.now += 5
    assert breaker.admits()
    assert not breaker.admits()


def cooling(breaker: CircuitBreaker, clock: Clock) -> int:
    """Return the seconds until somebody is admitted."""
    began = clock.now
    while not breaker.admits():
        clock.now += 1
    return round(clock.now - began)


def test_each_failed_probe_doubles_the_cooling_time_up_to_the_longest():
    clock = Clock()
    breaker = CircuitBreaker(first=5, longest=30, clock=clock)
    breaker.failed()
    seen: list[int] = []
    for _ in range(5):
        seen.append(cooling(breaker, clock))
        assert not breaker.failed()
    assert seen == [5, 10, 20, 30, 30]


def test_calls_that_were_under_way_do_not_lengthen_the_outage():
    clock = Clock()
    breaker = CircuitBreaker(first=5, clock=clock)
    assert breaker.failed()
    assert not breaker.failed()
    assert cooling(breaker, clock) == 5


def test_a_successful_probe_closes_it_and_the_next_outage_starts_small():
    clock = Clock()
    breaker = CircuitBreaker(first=5, clock=clock)
    breaker.failed()
    clock.now += 5
    breaker.admits()
    breaker.failed()
    clock.now += 10
    assert breaker.admits()
    assert breaker.succeeded()
    assert breaker.admits()
    breaker.failed()
    assert cooling(breaker, clock) == 5
