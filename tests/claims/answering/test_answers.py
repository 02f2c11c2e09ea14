"""One answer a message, one a claim within its cool-down, whoever asks and however often."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from claims.answering.answers import AnswerBook
from claims.base import ClaimBase
from tests.claims.conftest import KEY, Clock

SERVER, CHANNEL, AUTHOR = 2**62, 2**61, 2**60
SIX_HOURS = timedelta(hours=6)


@pytest.fixture
def book(any_base: ClaimBase) -> AnswerBook:
    return AnswerBook(any_base, KEY)


def take(book: AnswerBook, message: int, *claims: str, channel: int = CHANNEL, **options: object) -> tuple[str, ...]:
    return book.take(SERVER, channel, message, AUTHOR, claims, SIX_HOURS, **options)  # type: ignore[arg-type]


def test_a_message_is_taken_once(book: AnswerBook) -> None:
    assert take(book, 1, "silver", "bubble") == ("silver", "bubble")
    assert take(book, 1, "silver", "bubble") == ()
    assert take(book, 1, "another") == ()


def test_a_message_stays_taken_after_a_restart(any_url: str, clock: Clock) -> None:
    with ClaimBase.open(any_url, clock) as first:
        assert take(AnswerBook(first, KEY), 1, "silver")
    clock.move(days=30)
    with ClaimBase.open(any_url, clock) as second:
        assert take(AnswerBook(second, KEY), 1, "silver") == ()


def test_a_claim_rests_in_its_channel_until_the_cooldown_is_over(book: AnswerBook, clock: Clock) -> None:
    assert take(book, 1, "silver") == ("silver",)
    book.posted(CHANNEL, 1, 91)
    clock.move(hours=5.9)
    assert take(book, 2, "silver", "bubble") == ("bubble",)
    book.posted(CHANNEL, 2, 92)
    assert take(book, 3, "silver", channel=CHANNEL + 1) == ("silver",)
    clock.move(hours=0.1)
    assert take(book, 4, "silver", "bubble") == ("silver",)


def test_the_order_given_is_kept_and_doubles_go(book: AnswerBook) -> None:
    assert take(book, 1, "z", "a", "z", "m") == ("z", "a", "m")


def test_of_many_at_once_one_takes_the_message(any_base: ClaimBase) -> None:
    taken: list[tuple[str, ...]] = []
    books = [AnswerBook(any_base, KEY) for _ in range(8)]
    threads = [threading.Thread(target=lambda b=b: taken.append(take(b, 1, "silver", "bubble"))) for b in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, taken)) == [0, 0, 0, 0, 0, 0, 0, 2]


def test_of_many_messages_at_once_one_may_answer_the_claim(any_base: ClaimBase) -> None:
    taken: list[tuple[str, ...]] = []
    book = AnswerBook(any_base, KEY)
    orders = enumerate([("a", "b"), ("b", "a")] * 4)
    threads = [threading.Thread(target=lambda n=n, o=o: taken.append(take(book, n, *o))) for n, o in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(map(len, taken)) == 2


def test_a_card_leads_back_to_what_it_answers(book: AnswerBook) -> None:
    take(book, 1, "silver")
    book.posted(CHANNEL, 1, 99)
    card = book.card(CHANNEL, 99)
    assert card is not None
    assert (card.server, card.channel, card.message, card.claims, card.hidden) == (
        SERVER,
        CHANNEL,
        1,
        ("silver",),
        False,
    )
    assert book.card(CHANNEL, 98) is None
    assert card == book.answer(CHANNEL, 1)


def test_the_author_is_recognised_but_not_kept(book: AnswerBook) -> None:
    take(book, 1, "silver")
    answer = book.answer(CHANNEL, 1)
    assert answer is not None
    assert book.is_author(answer, AUTHOR)
    assert not book.is_author(answer, AUTHOR + 1)
    assert str(AUTHOR) not in str(answer)


def test_a_hidden_card_stays_hidden(book: AnswerBook) -> None:
    take(book, 1, "silver")
    book.posted(CHANNEL, 1, 99)
    book.hide(CHANNEL, 99)
    card = book.card(CHANNEL, 99)
    assert card is not None
    assert card.hidden


def test_a_released_message_may_be_taken_again_without_a_cooldown(book: AnswerBook) -> None:
    take(book, 1, "silver")
    book.release(CHANNEL, 1)
    assert take(book, 2, "silver") == ("silver",)
    assert take(book, 1, "bubble") == ("bubble",)


def test_a_posted_answer_cannot_be_released(book: AnswerBook) -> None:
    take(book, 1, "silver")
    book.posted(CHANNEL, 1, 99)
    book.release(CHANNEL, 1)
    assert take(book, 1, "silver") == ()
    assert book.card(CHANNEL, 99) is not None


def test_releasing_a_message_never_taken_does_nothing(book: AnswerBook) -> None:
    book.release(CHANNEL, 1)
    assert book.answer(CHANNEL, 1) is None


def test_an_offer_is_accepted_once_and_only_then_rests_the_claim(book: AnswerBook) -> None:
    assert take(book, 1, "silver", kind="offer") == ("silver",)
    assert book.is_offered(CHANNEL, 1)
    assert take(book, 2, "silver", kind="offer") == ("silver",)
    assert book.accept_offer(CHANNEL, 1)
    assert not book.accept_offer(CHANNEL, 1)
    assert not book.is_offered(CHANNEL, 1)
    assert take(book, 3, "silver") == ()


def test_an_offer_whose_card_could_not_be_sent_is_an_offer_again(book: AnswerBook) -> None:
    take(book, 1, "silver", kind="offer")
    book.accept_offer(CHANNEL, 1)
    book.release(CHANNEL, 1)
    assert book.accept_offer(CHANNEL, 1)


def test_nothing_is_offered_for_a_claim_that_rests(book: AnswerBook) -> None:
    take(book, 1, "silver")
    assert take(book, 2, "silver", kind="offer") == ()
    assert not book.is_offered(CHANNEL, 2)
    assert not book.accept_offer(CHANNEL, 2)


def test_a_reply_is_no_offer(book: AnswerBook) -> None:
    take(book, 1, "silver")
    assert not book.accept_offer(CHANNEL, 1)
    assert not book.accept_offer(CHANNEL, 12345)


def test_a_message_without_claims_is_not_taken(book: AnswerBook) -> None:
    assert take(book, 1) == ()
    assert book.answer(CHANNEL, 1) is None


def test_messages_of_two_chats_may_have_the_same_number(book: AnswerBook) -> None:
    assert take(book, 1, "silver") == take(book, 1, "silver", channel=CHANNEL + 1) == ("silver",)
    book.posted(CHANNEL, 1, 99)
    book.posted(CHANNEL + 1, 1, 99)
    book.hide(CHANNEL, 99)
    here, there = book.card(CHANNEL, 99), book.card(CHANNEL + 1, 99)
    assert here is not None
    assert there is not None
    assert (here.channel, here.hidden, there.channel, there.hidden) == (CHANNEL, True, CHANNEL + 1, False)


def test_a_channel_gets_so_many_replies_an_hour(book: AnswerBook, clock: Clock) -> None:
    assert take(book, 1, "silver", most=2)
    assert take(book, 2, "bubble", most=2)
    assert take(book, 3, "power", most=2) == ()
    assert book.is_full(CHANNEL, 2)
    assert book.answer(CHANNEL, 3) is None
    assert take(book, 4, "power", channel=CHANNEL + 1, most=2)
    assert take(book, 3, "power", kind="offer")
    clock.move(hours=1)
    assert not book.is_full(CHANNEL, 2)
    assert take(book, 5, "gold", most=2)


def test_messages_that_nothing_was_said_to_do_not_count(book: AnswerBook) -> None:
    assert take(book, 1, "silver", most=2)
    assert take(book, 2, "silver", most=2) == ()
    assert not book.is_full(CHANNEL, 2)


def said_and_taken_back(book: AnswerBook, message: int, author: int, claim: str = "silver") -> bool:
    """Return whether a card stood for a moment."""
    if not book.take(SERVER, CHANNEL, message, author, [claim], SIX_HOURS, most=3):
        return False
    book.posted(CHANNEL, message, 1000 + message)
    book.hide(CHANNEL, 1000 + message, is_retracted=True)
    return True


def test_who_says_things_and_takes_them_back_uses_up_nobody_else_s_cards(book: AnswerBook, clock: Clock) -> None:
    assert [said_and_taken_back(book, number, AUTHOR) for number in range(6)] == [True, True] + [False] * 4
    assert book.retracts(SERVER, AUTHOR)
    assert not book.is_full(CHANNEL, 3)
    assert take(book, 6, "silver", kind="offer") == ("silver",)
    others = [book.take(SERVER, CHANNEL, 10 + at, AUTHOR + 1, [f"claim-{at}"], SIX_HOURS, most=3) for at in range(4)]
    assert [bool(claims) for claims in others] == [True, True, True, False]
    clock.move(hours=1)
    assert take(book, 20, "gold", most=3)


def test_however_many_take_things_back_a_channel_sees_no_end_of_cards(book: AnswerBook) -> None:
    assert sum(said_and_taken_back(book, number, AUTHOR + number) for number in range(30)) == 9
    assert book.is_full(CHANNEL, 3)


def test_what_a_moderator_hides_counts_and_forgives_nothing(book: AnswerBook) -> None:
    for number in range(3):
        take(book, number, f"claim-{number}", most=3)
        book.posted(CHANNEL, number, 1000 + number)
        book.hide(CHANNEL, 1000 + number)
    assert book.is_full(CHANNEL, 3)
    assert not book.retracts(SERVER, AUTHOR)


def test_a_claim_that_was_taken_and_is_not_on_the_card_does_not_rest(book: AnswerBook) -> None:
    take(book, 1, "silver", "bubble")
    book.posted(CHANNEL, 1, 99, "en", {"bubble": "0123"})
    answer = book.card(CHANNEL, 99)
    assert answer is not None
    assert answer.claims == ("bubble",)
    assert set(book.cooling(CHANNEL, ["silver", "bubble"], SIX_HOURS)) == {"bubble"}


def test_where_no_card_stands_the_claim_can_be_answered_again(book: AnswerBook) -> None:
    take(book, 1, "silver")
    book.stop_cooldown(CHANNEL, 1)
    assert take(book, 1, "silver") == ()
    assert take(book, 2, "silver") == ("silver",)
    book.posted(CHANNEL, 2, 99)
    book.stop_cooldown(CHANNEL, 2)
    assert take(book, 3, "silver") == ()


def test_it_is_told_until_when_claims_cool_down(book: AnswerBook, clock: Clock) -> None:
    take(book, 1, "silver")
    (until,) = book.cooling(CHANNEL, ["silver", "bubble"], SIX_HOURS).values()
    assert until == clock() + SIX_HOURS
    clock.move(hours=6)
    assert book.cooling(CHANNEL, ["silver"], SIX_HOURS) == {}


def test_no_two_sides_find_room_for_the_last_card_of_an_hour(any_url: str, clock: Clock) -> None:
    most, sides = 3, 8
    bases = [ClaimBase.open(any_url, clock) for _ in range(sides)]
    together = threading.Barrier(sides)

    def answer(number: int) -> bool:
        book = AnswerBook(bases[number], KEY)
        together.wait()
        return bool(book.take(1, 2, 100 + number, 7, [f"claim-{number}"], timedelta(hours=1), most=most))

    with ThreadPoolExecutor(sides) as threads:
        answered = sum(threads.map(answer, range(sides)))
    for base in bases:
        base.close()
    assert answered == most


def test_a_cool_down_counts_only_where_a_card_stands_or_is_on_its_way(book: AnswerBook, clock: Clock) -> None:
    day = timedelta(days=1)
    assert book.take(SERVER, CHANNEL, 1, 5, ["a"], day) == ("a",)
    assert book.take(SERVER, CHANNEL, 2, 6, ["a"], day) == ()
    clock.move(minutes=2)
    assert book.cooling(CHANNEL, ["a"], day) == {}
    assert book.take(SERVER, CHANNEL, 3, 7, ["a"], day, "offer") == ("a",)
    assert book.take(SERVER, CHANNEL, 4, 7, ["a"], day) == ("a",)
    book.posted(CHANNEL, 4, 99)
    clock.move(hours=23)
    assert set(book.cooling(CHANNEL, ["a"], day)) == {"a"}
    assert book.take(SERVER, CHANNEL, 5, 7, ["a"], day) == ()


def test_what_was_taken_and_not_posted_is_told_for_a_while(book: AnswerBook, clock: Clock) -> None:
    book.take(SERVER, CHANNEL, 1, 5, ["a"], SIX_HOURS)
    book.take(SERVER, CHANNEL, 2, 5, ["a"], SIX_HOURS)
    book.take(SERVER, CHANNEL, 3, 5, ["b"], SIX_HOURS, "offer")
    book.take(SERVER, CHANNEL, 4, 5, ["c"], SIX_HOURS)
    book.posted(CHANNEL, 4, 99)
    assert [record.message for record in book.unposted(timedelta(seconds=30))] == [1]
    clock.move(seconds=31)
    assert book.unposted(timedelta(seconds=30)) == ()


def test_a_clock_that_was_a_year_ahead_keeps_no_claim_and_no_channel_silent(book: AnswerBook, clock: Clock) -> None:
    clock.move(days=365)
    assert book.take(SERVER, CHANNEL, 1, 5, ["a"], SIX_HOURS, most=1) == ("a",)
    book.posted(CHANNEL, 1, 99)
    assert book.take(SERVER, CHANNEL, 2, 5, ["b"], SIX_HOURS) == ("b",)
    clock.move(days=-365)
    assert book.cooling(CHANNEL, ["a"], SIX_HOURS) == {}
    assert not book.is_full(CHANNEL, 1)
    assert book.unposted(timedelta(seconds=30)) == ()
    assert book.take(SERVER, CHANNEL, 3, 5, ["a"], SIX_HOURS, most=1) == ("a",)
    assert book.take(SERVER, CHANNEL, 1, 5, ["a"], SIX_HOURS) == ()


def test_without_a_cool_down_two_messages_of_one_moment_are_both_answered(book: AnswerBook, clock: Clock) -> None:
    assert book.take(SERVER, CHANNEL, 1, 5, ["a"], timedelta(0)) == ("a",)
    book.posted(CHANNEL, 1, 91)
    # Its clock was read before the other's row was written.
    clock.move(seconds=-0.01)
    assert book.take(SERVER, CHANNEL, 2, 5, ["a"], timedelta(0)) == ("a",)
    assert book.take(SERVER, CHANNEL, 3, 5, ["a"], timedelta(0), "offer") == ("a",)


def test_clocks_of_two_machines_may_differ_by_seconds(book: AnswerBook, clock: Clock) -> None:
    assert take(book, 1, "a") == ("a",)
    book.posted(CHANNEL, 1, 99)
    clock.move(seconds=-20)
    assert take(book, 2, "a") == ()


def test_a_card_that_is_found_takes_no_other_s_place(book: AnswerBook) -> None:
    book.take(SERVER, CHANNEL, 1, 5, ["a"], SIX_HOURS)
    book.found(CHANNEL, 1, 99)
    book.found(CHANNEL, 1, 98)
    record = book.answer(CHANNEL, 1)
    assert record is not None
    assert record.card_message == 99
