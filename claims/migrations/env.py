"""Run by Alembic: hands it the open connection and the tables."""

from alembic import context

from claims.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
