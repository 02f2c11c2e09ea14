"""Texts of claims by language, in one column each: a further language needs no further column."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_TEXTS = {"pack": ("title",), "claim": ("title",), "figure": ("subject",), "point": ("speaker", "text")}
_LANGUAGES = ("en", "zh")
# Rows are carried over in parts, so that a large base needs little memory.
_AT_ONCE = 1_000


def upgrade() -> None:
    for table, stems in _TEXTS.items():
        for stem in stems:
            op.add_column(table, sa.Column(stem, sa.JSON(), nullable=False, server_default="{}"))
        _carry_over(table, stems)
        for name in (f"{stem}_{language}" for stem in stems for language in _LANGUAGES):
            op.drop_column(table, name)


def _carry_over(name: str, stems: tuple[str, ...]) -> None:
    key = "id" if name == "pack" else "key"
    old = [f"{stem}_{language}" for stem in stems for language in _LANGUAGES]
    rows = sa.table(name, sa.column(key), *map(sa.column, old), *(sa.column(stem, sa.JSON()) for stem in stems))
    changed = (
        sa.update(rows)
        .where(rows.c[key] == sa.bindparam("of"))
        .values({stem: sa.bindparam(f"new_{stem}") for stem in stems})
    )
    connection = op.get_bind()
    part = sa.select(rows.c[key], *(rows.c[each] for each in old)).order_by(rows.c[key]).limit(_AT_ONCE)
    found = connection.execute(part).mappings().all()
    while found:
        written = [
            {"of": row[key]} | {f"new_{stem}": {each: row[f"{stem}_{each}"] for each in _LANGUAGES} for stem in stems}
            for row in found
        ]
        connection.execute(changed, written)
        found = connection.execute(part.where(rows.c[key] > found[-1][key])).mappings().all()
