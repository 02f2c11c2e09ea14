"""Links that open a page at the cited words."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from bot.reply import link_to

PAGE = "https://harbour.example/page"


def shown(link: str) -> str:
    return unquote(link.partition(":~:text=")[2])


def test_a_short_passage_stands_in_the_link_whole():
    assert link_to(PAGE, "built in 1954") == f"{PAGE}#:~:text=built%20in%201954"


def test_a_long_passage_is_given_by_its_first_and_last_clause():
    passage = "The crane is old, " + "and it has been painted many times " * 4 + "over the years, as one sees."
    assert shown(link_to(PAGE, passage)) == "The crane is old,,as one sees."


def test_a_long_chinese_passage_is_cut_at_its_marks():
    passage = "港口的老吊车很老\uff0c" + "人们给它刷过很多次油漆" * 6 + "\uff0c一看便知。"
    assert shown(link_to(PAGE, passage)) == "港口的老吊车很老\uff0c,一看便知。"


def test_a_long_clause_is_cut_between_words():
    head, _, tail = shown(link_to(PAGE, "wherever the harbour ends there begins " * 4)).partition(",")
    assert head == "wherever the harbour"
    assert tail == "ends there begins"


def test_a_passage_over_two_lines_is_a_range():
    assert shown(link_to(PAGE, "first line\n\nlast line")) == "first line,last line"


def test_hyphens_and_commas_of_the_passage_are_encoded():
    assert link_to(PAGE, "well-known, old & grey").endswith("=well%2Dknown%2C%20old%20%26%20grey")


def test_an_address_with_a_fragment_keeps_it():
    assert link_to(f"{PAGE}#crane", "built").endswith("#crane:~:text=built")


def test_an_empty_passage_leaves_the_address_alone():
    assert link_to(PAGE, " \n ") == PAGE


@given(st.text())
def test_any_passage_makes_a_link_without_blanks(passage):
    link = link_to(PAGE, passage.encode("utf-8", "replace").decode())
    assert link.startswith(PAGE)
    assert link.isascii()
    assert " " not in link
