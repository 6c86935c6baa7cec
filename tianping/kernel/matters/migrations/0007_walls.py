"""The feed and the access records under the scope of their matters. Imports no application code."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
BACK = """DROP FUNCTION feed_newest();
DROP POLICY moves ON outbox; DROP POLICY sees ON outbox; DROP POLICY tells ON outbox; DROP POLICY sees ON feed;
DROP POLICY moves ON feed;
DROP POLICY sees ON access_record; DROP POLICY records ON access_record;
CREATE POLICY own ON outbox USING (jurisdiction = tp_jurisdiction()) WITH CHECK (jurisdiction = tp_jurisdiction());
CREATE POLICY own ON feed USING (jurisdiction = tp_jurisdiction()) WITH CHECK (jurisdiction = tp_jurisdiction());
CREATE POLICY own ON access_record USING (jurisdiction = tp_jurisdiction()) WITH CHECK (jurisdiction = tp_jurisdiction());"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0006_orders")]
    operations = [migrations.RunSQL((SQL / "0007_walls.sql").read_text(), BACK)]
