"""Runs the migrations as the role that owns every table, in one transaction."""

from alembic import context

from huitong.platform import rls

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.exec_driver_sql(f"SET ROLE {rls.OWNER}")
    connection.exec_driver_sql("SET lock_timeout = '5s'")
    connection.commit()
    context.configure(
        connection=connection, version_table_schema="platform", transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
