"""What the administrators changed: added to, never rewritten. Imports no application code."""

import uuid_utils.compat
from django.db import migrations, models

WALL = """
ALTER TABLE admin_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE admin_change FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON admin_change USING (jurisdiction = tp_jurisdiction()) WITH CHECK (jurisdiction = tp_jurisdiction());
REVOKE UPDATE, DELETE, TRUNCATE ON admin_change FROM tianping_app;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("matters", "0002_rights")]  # the role, and tp_jurisdiction()
    operations = [
        migrations.CreateModel(
            name="AdminChange",
            fields=[
                ("pk", models.CompositePrimaryKey("jurisdiction", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("jurisdiction", models.CharField(max_length=12)),
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7)),
                ("at", models.DateTimeField()),
                ("user_id", models.UUIDField()),
                ("what", models.CharField(max_length=40)),
                ("about", models.CharField(max_length=200)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
            ],
            options={
                "db_table": "admin_change",
                "indexes": [models.Index(fields=["jurisdiction", "at"], name="admin_change_at")],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
