"""Mobile numbers of staff, sealed, and the language of each reader. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "contacts.sql"


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_superseded"), ("agencies", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), "DROP TABLE reader_language; DROP TABLE staff_contact;")]
