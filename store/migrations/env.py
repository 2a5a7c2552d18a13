"""What alembic runs: the migrations on the connection that the store has opened, in its transaction."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=True,  # SQLite can't alter a column in place
    transactional_ddl=True,  # the store has begun the transaction itself, and rolls all of it back if anything fails
)
context.run_migrations()
