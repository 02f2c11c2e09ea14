"""The quick run and the whole one: what `make test` leaves out, said at its end, and what `make test-all` adds.

`pytest` leaves out the tests marked `slow`, unless a test is named (`file.py::test`) or `--all` is given.
"""

from collections import Counter

import pytest
from hypothesis import settings as hypothesis_settings

ALL = "--all"
# Which of its marks a test that was left out is counted under; one with none of them is counted as `other`.
NAMED = ("package", "postgresql", "protocol", "readme")
QUICK_EXAMPLES = 20

hypothesis_settings.register_profile("quick", max_examples=QUICK_EXAMPLES, deadline=None)
hypothesis_settings.register_profile("all", deadline=None)


def examples(many: int) -> int:
    """Return how many examples a property looks at that wants `many`: all in the whole run, few in the quick one."""
    return many if hypothesis_settings.get_current_profile_name() == "all" else min(many, QUICK_EXAMPLES)


class QuickRun:
    """Leaves out what is slow, and tells at the end how much that was."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._left_out: Counter[str] = Counter()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take the slow tests out of the run."""
        named = {argument for argument in self._config.args if "::" in argument}
        slow = [item for item in items if item.get_closest_marker("slow") and not named]
        if not slow:
            return
        self._left_out.update(next((name for name in NAMED if item.get_closest_marker(name)), "other") for item in slow)
        self._config.hook.pytest_deselected(items=slow)
        out = set(slow)
        items[:] = [item for item in items if item not in out]

    def pytest_sessionfinish(self) -> None:
        """Hand the counts of a worker of pytest-xdist to the process that prints."""
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["left_out"] = dict(self._left_out)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over a worker's counts; every worker has collected the same tests."""
        self._left_out.update(() if self._left_out else getattr(node, "workeroutput", {}).get("left_out", {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was left out."""
        if count := self._left_out.total():
            kinds = ", ".join(f"{number} {name}" for name, number in sorted(self._left_out.items()))
            terminalreporter.write_line(
                f"Left out: {count} slow tests ({kinds}), and all but {QUICK_EXAMPLES} examples of each property. "
                "`make test-all` runs everything."
            )
