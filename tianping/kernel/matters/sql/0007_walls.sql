-- What moved, and who read what, is told of a matter only to whom the matter is in sight. Before, a look at these tables told of
-- every matter of the jurisdiction that it exists.
DROP POLICY own ON outbox;
DROP POLICY own ON feed;
DROP POLICY own ON access_record;

CREATE POLICY moves ON outbox USING (jurisdiction = tp_jurisdiction() AND tp_system());
CREATE POLICY sees ON outbox FOR SELECT USING (
  jurisdiction = tp_jurisdiction()
    AND EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = outbox.jurisdiction AND m.id = outbox.matter_id));
CREATE POLICY tells ON outbox FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction());

CREATE POLICY sees ON feed FOR SELECT USING (
  jurisdiction = tp_jurisdiction() AND (tp_system()
    OR EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = feed.jurisdiction AND m.id = feed.matter_id)));
CREATE POLICY moves ON feed FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction() AND tp_system());
-- How far the feed has come, for cursors of those who see only a part of it: a number, and no matter's.
CREATE FUNCTION feed_newest() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public SET tp.system = 'on' AS
  $$ SELECT coalesce(max(position), 0) FROM feed WHERE jurisdiction = tp_jurisdiction() $$;

CREATE POLICY sees ON access_record FOR SELECT USING (
  jurisdiction = tp_jurisdiction() AND (tp_system()
    OR EXISTS (SELECT 1 FROM unnest(tp_keys()) AS k WHERE k >= 'auditor@' COLLATE "C" AND k < 'auditorA' COLLATE "C")
    OR EXISTS (SELECT 1 FROM matter m WHERE m.jurisdiction = access_record.jurisdiction AND m.id = access_record.matter_id)));
CREATE POLICY records ON access_record FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction());
