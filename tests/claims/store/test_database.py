"""Opening one file from many sides at once."""

import threading
from pathlib import Path

from sqlalchemy import text

from claims.store.database import Database

ROUNDS = 40
SIDES = 8


def test_programs_that_start_together_do_not_fail_on_each_other(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def start(url: str, together: threading.Barrier) -> None:
        database = Database(url)
        together.wait()
        try:
            with database.connecting() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS tried (number INTEGER)"))
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            failures.append(error)
        finally:
            database.close()

    for number in range(ROUNDS):
        together = threading.Barrier(SIDES)
        sides = [
            threading.Thread(target=start, args=(f"sqlite:///{tmp_path}/{number}.db", together)) for _ in range(SIDES)
        ]
        for side in sides:
            side.start()
        for side in sides:
            side.join()
    assert not failures
