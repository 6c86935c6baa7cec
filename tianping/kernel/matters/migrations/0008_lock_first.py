"""What says where a matter stands is written only under the lock of its chain. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
BACK = "ALTER POLICY changes ON matter WITH CHECK (jurisdiction = tp_jurisdiction());" + "".join(
    f"ALTER POLICY opens ON {table} WITH CHECK (jurisdiction = tp_jurisdiction());"
    for table in ("matter", "proceeding", "entry", "fact", "term", "todo")
)


class Migration(migrations.Migration):
    dependencies = [("matters", "0007_walls")]
    operations = [migrations.RunSQL((SQL / "0008_lock_first.sql").read_text(), BACK)]
