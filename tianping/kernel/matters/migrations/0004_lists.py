"""Indexes for lists, and categories compared byte by byte, so that a class is a range of its leaves."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_readers")]
    operations = [
        migrations.AlterField("matter", "category", models.CharField(blank=True, db_collation="C", max_length=40)),
        migrations.AlterField("todo", "category", models.CharField(blank=True, db_collation="C", max_length=40)),
        migrations.RunSQL(
            (SQL / "0004_lists.sql").read_text(),
            "DROP INDEX matter_open_due; DROP INDEX matter_open_holder; DROP INDEX matter_open_category; DROP INDEX matter_number_seq;"
            " ALTER POLICY sees ON matter USING (jurisdiction = tp_jurisdiction()"
            " AND (tp_in_sight(path) OR audience && tp_keys() OR tp_locked(id) OR tp_system()));",
        ),
    ]
