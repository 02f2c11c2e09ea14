"""Each fault, for a short time; the programs themselves run as long as one likes."""

import os
import sys

import pytest

from tests.faults.running import FAULTS, run

pytestmark = [pytest.mark.slow, pytest.mark.protocol]
_NEEDS_ROOT = {"full"}


@pytest.mark.parametrize("name", FAULTS)
def test_every_promise_holds(name):
    if sys.platform != "linux":
        pytest.skip("the faults are made with what Linux has")
    if name in _NEEDS_ROOT and os.geteuid():
        pytest.skip("only root can mount a small disk")
    assert run(name, short=True)["broken"] == []
