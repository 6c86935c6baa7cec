-- What people are told. A notice carries no content of a matter, no name and no telephone number: whom it goes to is a key, and a
-- number is opened when the message is sent. An in-app notice is a letter to the key: whoever answers to it reads it for all.
CREATE TABLE notice (
  jurisdiction varchar(12) NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  source text NOT NULL,
  to_key text COLLATE "C" NOT NULL,
  channel text NOT NULL CHECK (channel IN ('in_app', 'email', 'sms')),
  kind text NOT NULL,
  text text NOT NULL,
  blanks jsonb NOT NULL,
  matter_id uuid,
  urgent boolean NOT NULL,
  created_at timestamptz NOT NULL,
  not_before timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
  sent_at timestamptz,
  tries integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  error text NOT NULL DEFAULT '',
  read_at timestamptz,
  PRIMARY KEY (jurisdiction, id),
  UNIQUE (jurisdiction, source, to_key, channel),
  FOREIGN KEY (jurisdiction, matter_id) REFERENCES matter (jurisdiction, id)
);
CREATE INDEX notice_inbox ON notice (jurisdiction, to_key, created_at DESC) WHERE channel = 'in_app';
CREATE INDEX notice_waiting ON notice (jurisdiction, next_at) WHERE state = 'waiting';

GRANT SELECT, INSERT ON notice TO tianping_app;
REVOKE UPDATE, DELETE ON notice FROM tianping_app;
GRANT UPDATE (state, sent_at, tries, next_at, error, read_at) ON notice TO tianping_app;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
CREATE POLICY sees ON notice FOR SELECT USING (
  jurisdiction = tp_jurisdiction() AND (tp_system() OR (channel = 'in_app' AND to_key = ANY (tp_keys()))));
CREATE POLICY tells ON notice FOR INSERT WITH CHECK (jurisdiction = tp_jurisdiction() AND tp_system());
CREATE POLICY reads ON notice FOR UPDATE USING (
  jurisdiction = tp_jurisdiction() AND (tp_system() OR (channel = 'in_app' AND to_key = ANY (tp_keys()))));
