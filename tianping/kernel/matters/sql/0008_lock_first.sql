-- Where a matter stands is written only after kernel/matters has locked its chain head, or opened it, in this transaction: that is
-- what sets tp.matters. A row lock itself needs no more than the USING of the policy, so it can still be taken first.
ALTER POLICY changes ON matter WITH CHECK (jurisdiction = tp_jurisdiction() AND (tp_locked(id) OR tp_system()));
ALTER POLICY opens ON matter WITH CHECK (jurisdiction = tp_jurisdiction() AND (tp_locked(id) OR tp_system()));
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['proceeding', 'entry', 'fact', 'term', 'todo'] LOOP
    EXECUTE format($p$ALTER POLICY opens ON %I
      WITH CHECK (jurisdiction = tp_jurisdiction() AND (tp_locked(matter_id) OR tp_system()))$p$, t);
  END LOOP;
END $$;
