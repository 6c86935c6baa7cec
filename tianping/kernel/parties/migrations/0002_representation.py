"""Who acts for whom stands on the record: kept with its proof and its entry, ended once, never rewritten."""

from django.db import migrations, models

# A representation is seen with its matter; whoever acts by it finds it by their own subject. It is ended, not changed.
WALL = """
REVOKE UPDATE, DELETE, TRUNCATE ON representation FROM tianping_app;
GRANT UPDATE (ended_at) ON representation TO tianping_app;
DROP POLICY own ON representation;
CREATE POLICY sees ON representation FOR SELECT USING (
  jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system() OR 'subject:' || agent = ANY (tp_keys())
    OR EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = representation.jurisdiction AND m.id = representation.matter_id)));
CREATE POLICY opens ON representation FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction());
CREATE POLICY ends ON representation FOR UPDATE USING (jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()));
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial"), ("matters", "0002_rights")]
    operations = [
        migrations.RenameField("representation", "steps", "scope"),
        migrations.AlterField("representation", "matter_id", models.UUIDField()),
        migrations.AddField("representation", "role", models.CharField(max_length=20, default="reporter"), preserve_default=False),
        migrations.AddField("representation", "proof", models.CharField(max_length=30, default=""), preserve_default=False),
        migrations.AddField("representation", "entry_id", models.UUIDField(default=None), preserve_default=False),
        migrations.AddIndex(
            "representation", models.Index(fields=["jurisdiction", "matter_id"], name="representation_matter")
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
