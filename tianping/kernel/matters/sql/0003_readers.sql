-- What the sequencer, the readers of the feed and the scan of due terms need.

-- An entry is fed once, and a matter's last fed seq is found at once.
CREATE UNIQUE INDEX feed_matter ON feed (jurisdiction, matter_id, seq);
-- Timed steps: the running terms of one name, by due date; also those whose due date is not known yet.
CREATE INDEX term_running ON term (jurisdiction, name, due_at) WHERE status = 'running';

-- Counters by holding office. `key` is a local day ("2026-11-24": what happened on it) or "now" (how things stand).
-- A protected matter counts under the empty path, which no post has in sight.
CREATE TABLE counter (
  jurisdiction varchar(12) NOT NULL,
  path varchar(400) COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value bigint NOT NULL,
  PRIMARY KEY (jurisdiction, path, key, name)
);
-- What of each matter stands in the counters under "now", and who held its proceedings when it was last counted.
CREATE TABLE counted (
  jurisdiction varchar(12) NOT NULL,
  matter_id uuid NOT NULL,
  path varchar(400) COLLATE "C" NOT NULL,
  names text[] NOT NULL,
  holders jsonb NOT NULL,
  protected boolean NOT NULL,
  PRIMARY KEY (jurisdiction, matter_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON counter, counted TO tianping_app;
ALTER TABLE counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE counter FORCE ROW LEVEL SECURITY;
ALTER TABLE counted ENABLE ROW LEVEL SECURITY;
ALTER TABLE counted FORCE ROW LEVEL SECURITY;
CREATE POLICY sees ON counter FOR SELECT USING (
  jurisdiction = tp_jurisdiction() AND (tp_in_sight(path) OR 'agency:' || path = ANY (tp_keys()) OR tp_system()));
CREATE POLICY counts ON counter USING (jurisdiction = tp_jurisdiction() AND tp_system());
CREATE POLICY counts ON counted USING (jurisdiction = tp_jurisdiction() AND tp_system());
