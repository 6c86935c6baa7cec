-- The wall behind the application's own scope. Pages, API and workers act as tianping_app, which owns nothing.
-- Each transaction names itself with SET LOCAL: tp.jurisdiction, tp.keys (space separated), tp.lo, tp.hi (agency paths
-- in sight, compared byte by byte), tp.system ('on' for the sequencer, readers and the clock), tp.matters (the matters whose
-- chain heads this transaction has locked: the lock itself needed the right to see them). Unset, nothing is seen.

GRANT USAGE ON SCHEMA public TO tianping_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tianping_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tianping_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tianping_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO tianping_app;
-- What is recorded is not rewritten: the application may add entries and access records, never change or remove them.
REVOKE UPDATE, DELETE ON entry, access_record, feed, erasure, fact, party, proceeding, matter, term FROM tianping_app;
REVOKE DELETE ON sealed, outbox FROM tianping_app;
GRANT UPDATE (undone_by) ON entry TO tianping_app;
GRANT UPDATE (superseded_by) ON fact TO tianping_app;
GRANT UPDATE ON matter, proceeding, term TO tianping_app;
GRANT DELETE ON outbox TO tianping_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM tianping_app;

CREATE FUNCTION tp_jurisdiction() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT current_setting('tp.jurisdiction', true) $$;
CREATE FUNCTION tp_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('tp.system', true), '') = 'on' $$;
CREATE FUNCTION tp_keys() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT string_to_array(coalesce(current_setting('tp.keys', true), ''), ' ') $$;
CREATE FUNCTION tp_locked(id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT id::text = ANY (string_to_array(coalesce(current_setting('tp.matters', true), ''), ' ')) $$;
CREATE FUNCTION tp_in_sight(path text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT path COLLATE "C" >= current_setting('tp.lo', true) COLLATE "C"
           AND path COLLATE "C" < current_setting('tp.hi', true) COLLATE "C" $$;

ALTER TABLE matter ENABLE ROW LEVEL SECURITY;
ALTER TABLE matter FORCE ROW LEVEL SECURITY;
CREATE POLICY sees ON matter FOR SELECT USING (
  jurisdiction = tp_jurisdiction()
  AND (tp_in_sight(path) OR audience && tp_keys() OR tp_locked(id) OR tp_system()));
CREATE POLICY opens ON matter FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction());
-- A row lock counts as an update; the policy above says which rows it can reach at all.
CREATE POLICY changes ON matter FOR UPDATE USING (jurisdiction = tp_jurisdiction());

ALTER TABLE todo ENABLE ROW LEVEL SECURITY;
ALTER TABLE todo FORCE ROW LEVEL SECURITY;
CREATE POLICY sees ON todo FOR SELECT USING (
  jurisdiction = tp_jurisdiction()
  AND (key = ANY (tp_keys()) OR tp_locked(matter_id) OR tp_system()
       OR EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = todo.jurisdiction AND m.id = todo.matter_id)));
CREATE POLICY opens ON todo FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction());
CREATE POLICY moves ON todo FOR DELETE USING (jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()));
CREATE POLICY changes ON todo FOR UPDATE USING (jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()));

DO $$
DECLARE t text;
BEGIN
  -- What belongs to a matter is seen with it.
  FOREACH t IN ARRAY ARRAY['proceeding', 'entry', 'sealed', 'fact', 'term', 'party', 'identifier', 'link', 'document', 'erasure'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY sees ON %1$I FOR SELECT USING (
      jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()
        OR EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = %1$I.jurisdiction AND m.id = %1$I.matter_id)))$p$, t);
    EXECUTE format('CREATE POLICY opens ON %I FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction())', t);
    EXECUTE format($p$CREATE POLICY changes ON %1$I FOR UPDATE USING (
      jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()))$p$, t);
  END LOOP;
  -- What belongs to the jurisdiction alone.
  FOREACH t IN ARRAY ARRAY['outbox', 'feed', 'cursor', 'subject', 'representation', 'recusal', 'access_record'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON %1$I USING (jurisdiction = tp_jurisdiction()) WITH CHECK (jurisdiction = tp_jurisdiction())', t);
  END LOOP;
END $$;
-- Erasure takes what finds a person by an erased value.
CREATE POLICY erases ON identifier FOR DELETE USING (jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()));
-- A file that no matter holds yet belongs to who uploaded it.
CREATE POLICY uploads ON document FOR SELECT USING (jurisdiction = tp_jurisdiction() AND matter_id IS NULL AND owner = ANY (tp_keys()));
CREATE POLICY attaches ON document FOR UPDATE USING (jurisdiction = tp_jurisdiction() AND matter_id IS NULL AND owner = ANY (tp_keys()));

ALTER TABLE proceeding ADD FOREIGN KEY (jurisdiction, matter_id) REFERENCES matter (jurisdiction, id);
ALTER TABLE entry ADD FOREIGN KEY (jurisdiction, matter_id) REFERENCES matter (jurisdiction, id);
ALTER TABLE sealed ADD FOREIGN KEY (jurisdiction, entry_id) REFERENCES entry (jurisdiction, id);
ALTER TABLE fact ADD FOREIGN KEY (jurisdiction, entry_id) REFERENCES entry (jurisdiction, id);
ALTER TABLE term ADD FOREIGN KEY (jurisdiction, proceeding_id) REFERENCES proceeding (jurisdiction, id);
ALTER TABLE todo ADD FOREIGN KEY (jurisdiction, proceeding_id) REFERENCES proceeding (jurisdiction, id);
ALTER TABLE party ADD FOREIGN KEY (jurisdiction, subject_id) REFERENCES subject (jurisdiction, id);

-- Numbers come from a sequence a year: no report waits for another. A rolled-back report leaves a gap, and says so nowhere.
CREATE FUNCTION next_number(jur text, year int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE name text := format('number_%s_%s', regexp_replace(jur, '[^0-9a-z]', '', 'g'), year);
BEGIN
  RETURN nextval(name::regclass);
EXCEPTION WHEN undefined_table THEN
  PERFORM pg_advisory_xact_lock(hashtext(name));
  EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', name);
  RETURN nextval(name::regclass);
END $$;
