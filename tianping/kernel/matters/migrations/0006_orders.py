"""Indexes that carry what a list is narrowed by."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("matters", "0005_term_without_alarms")]
    operations = [
        migrations.RunSQL(
            (SQL / "0006_orders.sql").read_text(),
            "DROP INDEX matter_due; DROP INDEX matter_opened; DROP INDEX matter_open_due; DROP INDEX matter_open_opened;"
            " DROP INDEX matter_changed;"
            " CREATE INDEX matter_due ON matter (jurisdiction, due_at, id);"
            " CREATE INDEX matter_opened ON matter (jurisdiction, opened_at, id);"
            " CREATE INDEX matter_open_due ON matter (jurisdiction,"
            " (coalesce(due_at, '9999-12-31T00:00:00+00:00'::timestamptz)), id) WHERE closed_at IS NULL;",
            state_operations=[
                migrations.RemoveIndex("matter", "matter_due"),
                migrations.RemoveIndex("matter", "matter_opened"),
            ],
        ),
    ]
