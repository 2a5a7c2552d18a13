"""The store's schema changes, run by alembic."""
