"""Words that have not changed are not written again. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "0002_unchanged.sql"


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
