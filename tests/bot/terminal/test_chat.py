"""`touchstone chat`: one typed line after another."""


def test_each_line_is_answered_until_an_empty_one(call):
    done = call("chat", typed=b"anyone up for a raid?\nevery H100 server has 5 kg of silver inside\n\nnot read\n")
    assert done.code == 0
    assert done.out.count("The bot would") == 2
    assert "You wrote 5 kg" in done.out


def test_the_end_of_input_ends_it(call):
    assert call("chat", typed=b"").code == 0
