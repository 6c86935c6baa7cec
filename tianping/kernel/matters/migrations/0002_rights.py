"""Row-level security, the application's role, numbering, foreign keys. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0001_initial"),
        ("agencies", "0001_initial"),
        ("parties", "0001_initial"),
        ("documents", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL((SQL / "0002_rights.sql").read_text(), migrations.RunSQL.noop),
    ]
