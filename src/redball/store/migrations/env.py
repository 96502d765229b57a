"""Alembic's entry: run the migrations on the connection, and in the transaction, of the store."""

from alembic import context

from redball.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
