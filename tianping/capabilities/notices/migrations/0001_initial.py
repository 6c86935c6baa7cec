"""The table of notices. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "notices.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("matters", "0002_rights")]
    operations = [migrations.RunSQL(SQL.read_text(), "DROP TABLE notice;")]
