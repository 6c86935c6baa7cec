"""One-time codes, the cache that log-in counts with, and finding subjects by a phone that was proven."""

import uuid_utils.compat
from django.db import migrations, models

# Row-level security hides identifiers from who sees no matter yet. The function runs as its owner and sets for itself, not
# for its caller, what the policy asks. Who calls it needs the blind index, and with it the key outside the database.
SUBJECTS = """
CREATE FUNCTION subjects_by_blind(jur text, wanted bytea) RETURNS TABLE (subject uuid) LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = public SET tp.system = 'on' SET tp.jurisdiction = '' AS $$
BEGIN
  PERFORM set_config('tp.jurisdiction', jur, true);
  RETURN QUERY SELECT DISTINCT i.subject_id FROM identifier i
    JOIN subject s ON s.jurisdiction = i.jurisdiction AND s.id = i.subject_id
    WHERE i.jurisdiction = jur AND i.blind = wanted AND i.kind = 'phone' AND NOT s.protected;
END $$;
REVOKE ALL ON FUNCTION subjects_by_blind(text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subjects_by_blind(text, bytea) TO tianping_app;
"""
# The table of Django's database cache. Log-in counts its tries in it, and remembers which code was used.
CACHE = """
CREATE UNLOGGED TABLE web_cache (
  cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX web_cache_expires ON web_cache (expires);
GRANT SELECT, INSERT, UPDATE, DELETE ON web_cache TO tianping_app;
ALTER TABLE proof_code SET UNLOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [("web", "0001_tokens_and_limits"), ("parties", "0001_initial"), ("matters", "0002_rights")]
    operations = [
        migrations.CreateModel(
            name="ProofCode",
            fields=[
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7, primary_key=True, serialize=False)),
                ("blind", models.BinaryField()),
                ("digest", models.BinaryField()),
                ("tries", models.IntegerField(default=0)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "proof_code"},
        ),
        migrations.RunSQL(CACHE, migrations.RunSQL.noop),
        migrations.RunSQL(SUBJECTS, migrations.RunSQL.noop),
    ]
