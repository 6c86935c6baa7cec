"""Subjects that were found to be one person: the whole group from any one of them, found by each other's identifiers."""

from django.db import migrations

# `merged_into` makes trees: what is parted again goes with all that had been merged into it before.
GROUP = """
CREATE FUNCTION subject_root(jur text, wanted uuid) RETURNS uuid LANGUAGE sql STABLE SET search_path = public AS $$
  WITH RECURSIVE up AS (
    SELECT s.id, s.merged_into FROM subject s WHERE s.jurisdiction = jur AND s.id = wanted
    UNION ALL SELECT s.id, s.merged_into FROM up JOIN subject s ON s.jurisdiction = jur AND s.id = up.merged_into)
  SELECT up.id FROM up WHERE up.merged_into IS NULL $$;
CREATE FUNCTION subject_group(jur text, wanted uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = public AS $$
  WITH RECURSIVE down AS (
    SELECT subject_root(jur, wanted) AS id
    UNION ALL SELECT s.id FROM down JOIN subject s ON s.jurisdiction = jur AND s.merged_into = down.id)
  SELECT down.id FROM down WHERE down.id IS NOT NULL $$;
CREATE INDEX subject_merged ON subject (jurisdiction, merged_into) WHERE merged_into IS NOT NULL;
-- Who acted for a party once is not told that there is a matter.
ALTER POLICY sees ON representation USING (
  jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system() OR 'subject:' || agent = ANY (tp_keys()) AND ended_at IS NULL
    OR EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = representation.jurisdiction AND m.id = representation.matter_id)));
GRANT EXECUTE ON FUNCTION subject_root(text, uuid), subject_group(text, uuid) TO tianping_app;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_representation")]
    operations = [migrations.RunSQL(GROUP, migrations.RunSQL.noop)]
