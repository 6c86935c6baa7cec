"""What is somebody's own stays theirs: saved lists, and the answers kept for a repeated request."""

from django.db import migrations, models

WALL = """
ALTER TABLE saved_filter ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_filter FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON saved_filter
  USING (jurisdiction = tp_jurisdiction() AND 'person:' || user_id::text = ANY (tp_keys()))
  WITH CHECK (jurisdiction = tp_jurisdiction() AND 'person:' || user_id::text = ANY (tp_keys()));
-- One's own, in one statement: a list is asked for all day long. It names its reader itself, as every transaction does.
CREATE FUNCTION saved_filters(j text, reader uuid) RETURNS TABLE (id uuid, name varchar, address varchar)
  LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM set_config('tp.jurisdiction', j, true), set_config('tp.keys', 'person:' || reader, true),
    set_config('tp.lo', '', true), set_config('tp.hi', '', true), set_config('tp.system', '', true);
  RETURN QUERY SELECT f.id, f.name, f.address FROM saved_filter f WHERE f.jurisdiction = j AND f.user_id = reader ORDER BY f.id;
END $$;
ALTER TABLE api_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON api_answer
  USING (jurisdiction = tp_jurisdiction() AND owner = ANY (tp_keys()))
  WITH CHECK (jurisdiction = tp_jurisdiction() AND owner = ANY (tp_keys()));
"""


class Migration(migrations.Migration):
    dependencies = [("web", "0004_merged_subjects"), ("matters", "0002_rights")]  # the role, and tp_keys()
    operations = [
        migrations.CreateModel(
            name="ApiAnswer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "jurisdiction", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("jurisdiction", models.CharField(max_length=12)),
                ("digest", models.BinaryField()),
                ("owner", models.CharField(max_length=120)),
                ("request", models.BinaryField()),
                ("body", models.JSONField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "api_answer",
                "indexes": [models.Index(fields=["jurisdiction", "owner", "made_at"], name="api_answer_owner")],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
