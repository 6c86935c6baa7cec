"""A proven phone opens what was recorded under it, and what is the same person's by a merge."""

from django.db import migrations

SUBJECTS = """
CREATE OR REPLACE FUNCTION subjects_by_blind(jur text, wanted bytea) RETURNS TABLE (subject uuid) LANGUAGE plpgsql STABLE
  SECURITY DEFINER SET search_path = public SET tp.system = 'on' SET tp.jurisdiction = '' AS $$
BEGIN
  PERFORM set_config('tp.jurisdiction', jur, true);
  RETURN QUERY SELECT DISTINCT s.id FROM identifier i
    JOIN subject d ON d.jurisdiction = i.jurisdiction AND d.id = i.subject_id AND NOT d.protected
    CROSS JOIN LATERAL subject_group(jur, d.id) g (id)
    JOIN subject s ON s.jurisdiction = jur AND s.id = g.id
    WHERE i.jurisdiction = jur AND i.blind = wanted AND i.kind = 'phone' AND NOT s.protected;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("web", "0003_saved_filter"), ("parties", "0003_merging")]
    operations = [migrations.RunSQL(SUBJECTS, migrations.RunSQL.noop)]
