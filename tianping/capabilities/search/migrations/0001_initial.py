"""The index of what was reported, and the two functions that are the only way to it. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "search.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("matters", "0002_rights")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            "DROP FUNCTION search_matters(text, int); DROP FUNCTION index_matter(uuid, text); DROP TABLE search_doc;",
        ),
    ]
