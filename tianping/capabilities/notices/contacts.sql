-- How people are reached: the mobile numbers of those who work here, sealed under the county's key, and each reader's language.
CREATE TABLE staff_contact (
  jurisdiction varchar(12) NOT NULL,
  user_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  kek text NOT NULL,
  seed bytea NOT NULL,
  blob bytea NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (jurisdiction, user_id)
);
CREATE TABLE reader_language (
  jurisdiction varchar(12) NOT NULL,
  key text COLLATE "C" NOT NULL,
  language varchar(10) NOT NULL,
  PRIMARY KEY (jurisdiction, key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON staff_contact, reader_language TO tianping_app;
ALTER TABLE staff_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY keeps ON staff_contact USING (
  jurisdiction = tp_jurisdiction() AND (tp_system() OR EXISTS (
    SELECT 1 FROM unnest(tp_keys()) AS k WHERE k >= 'security_admin@' COLLATE "C" AND k < 'security_adminA' COLLATE "C")));
ALTER TABLE reader_language ENABLE ROW LEVEL SECURITY;
ALTER TABLE reader_language FORCE ROW LEVEL SECURITY;
CREATE POLICY speaks ON reader_language USING (jurisdiction = tp_jurisdiction() AND tp_system());
