"""The guard on names."""

import pytest

from checks.base import ClaimNames, compare_names
from checks.lexicon import Lexicon, analyse

NVIDIA = ["NVIDIA is overvalued", "英伟达太贵了", "NVDA and TSMC are too expensive"]
BUBBLE = ["AI is a bubble", "人工智能就是泡沫"]


@pytest.mark.parametrize(
    ("wordings", "message", "passes"),
    [
        (NVIDIA, "NVDA is way too rich here", True),
        (NVIDIA, "台积电太贵", True),
        (NVIDIA, "AMD is way too rich here", False),
        (NVIDIA, "超威估值太离谱", False),
        (NVIDIA, "AMD and Nvidia are both too rich", True),
        (NVIDIA, "these chip stocks are too rich", True),
        (BUBBLE, "AMD shows that AI is a bubble", True),
    ],
)
def test_a_claim_about_one_name_is_not_about_another(
    lexicon: Lexicon, wordings: list[str], message: str, *, passes: bool
):
    names = ClaimNames.of([analyse(wording, lexicon) for wording in wordings])
    assert compare_names(analyse(message, lexicon), names).passed is passes


def test_what_was_named_instead_is_told(lexicon: Lexicon):
    names = ClaimNames.of([analyse(wording, lexicon) for wording in NVIDIA])
    assert compare_names(analyse("AMD is overvalued", lexicon), names).seen == "amd"
