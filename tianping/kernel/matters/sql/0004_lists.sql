-- What keeps a list as quick among a million matters as among ten thousand (make bench-worklist).

-- One row of the policy's settings for a whole statement, not one for each row that is looked at.
ALTER POLICY sees ON matter USING (
  jurisdiction = (SELECT tp_jurisdiction())
  AND ((path >= (SELECT current_setting('tp.lo', true)) COLLATE "C" AND path < (SELECT current_setting('tp.hi', true)) COLLATE "C")
    OR audience && (SELECT tp_keys())
    OR id::text = ANY ((SELECT string_to_array(coalesce(current_setting('tp.matters', true), ''), ' '))::text[])
    OR (SELECT tp_system())));

-- Open matters in the order of their due dates: all, of one holder, of one category. Without a term the date is far, so that one
-- index sorts all; `lists` writes the expression in these words.
CREATE INDEX matter_open_due ON matter (jurisdiction, (coalesce(due_at, '9999-12-31T00:00:00+00:00'::timestamptz)), id)
  WHERE closed_at IS NULL;
CREATE INDEX matter_open_holder ON matter (jurisdiction, holder, (coalesce(due_at, '9999-12-31T00:00:00+00:00'::timestamptz)), id)
  WHERE closed_at IS NULL;
CREATE INDEX matter_open_category ON matter (jurisdiction, category, (coalesce(due_at, '9999-12-31T00:00:00+00:00'::timestamptz)), id)
  WHERE closed_at IS NULL;
CREATE INDEX matter_number_seq ON matter (jurisdiction, number_seq);
