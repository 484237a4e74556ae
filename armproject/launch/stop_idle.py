"""Stops the embedded PostgreSQL of a data folder unless somebody still uses it."""

import sys
from pathlib import Path

import psycopg

from armproject.lib.embedded_postgres import EmbeddedPostgres

OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


def main(folder: str) -> None:
    """Do it."""
    server = EmbeddedPostgres(Path(folder) / "postgres")
    if not server.is_ready():
        return
    with psycopg.connect(**server.superuser_conninfo()) as conn:
        row = conn.execute(OTHERS).fetchone()
    if row == (0,):
        server.stop()


if __name__ == "__main__":
    main(sys.argv[1])
