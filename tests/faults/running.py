"""The list of all faults, each with how long or how often it is done, in the tests and by itself."""

import asyncio
import inspect
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults import storage, traffic, writes
from tests.faults.stage import Figures


@dataclass(frozen=True)
class Fault:
    """What is done, for how many seconds or how many times; `short` is what the tests take."""

    act: Callable[[float], Any]
    whole: float
    short: float
    unit: str


FAULTS = {
    "load": Fault(traffic.load, 600, 8, "seconds"),
    "burst": Fault(traffic.burst, 5_000, 3_000, "times"),
    "drops": Fault(traffic.drops, 120, 12, "seconds"),
    "storms": Fault(traffic.storms, 60, 6, "seconds"),
    "slow": Fault(traffic.slow, 60, 8, "seconds"),
    "locked": Fault(storage.locked, 30, 12, "seconds"),
    "full": Fault(storage.full, 20, 5, "seconds"),
    "restart": Fault(storage.restart, 60, 10, "seconds"),
    "damaged": Fault(storage.damaged, 4, 2, "times"),
    "kills": Fault(writes.kills, 100, 8, "times"),
    "clock": Fault(writes.clock, 2_000, 300, "times"),
}


def run(name: str, *, seconds: float | None = None, times: int | None = None, short: bool = False) -> dict[str, Any]:
    """Run a fault; return its figures, with the names of broken promises in `broken` and `too_slow`."""
    fault = FAULTS[name]
    given = seconds if fault.unit == "seconds" else times
    length = given or (fault.short if short else fault.whole)
    found = fault.act(length)
    figures: Figures = asyncio.run(found) if inspect.iscoroutine(found) else found
    machine = {"processors": os.cpu_count(), "python": platform.python_version()}
    return {
        "fault": name,
        fault.unit: length,
        **figures.told,
        "broken": figures.broken,
        "too_slow": figures.too_slow,
        **machine,
    }
