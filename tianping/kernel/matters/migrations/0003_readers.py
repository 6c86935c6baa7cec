"""Indexes and tables of the readers of the feed. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("matters", "0002_rights")]
    operations = [
        migrations.RunSQL(
            (SQL / "0003_readers.sql").read_text(),
            "DROP TABLE counted; DROP TABLE counter; DROP INDEX term_running; DROP INDEX feed_matter;",
        ),
    ]
