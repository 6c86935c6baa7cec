-- One index an order of the list, for all matters and for the open ones, which carries what lists are narrowed by: path, category
-- and grade are compared within the index, so a list that is narrowed to one row in two hundred reads no more rows than it shows.
-- These comparisons are leakproof; row-level security lets no other be made before its own (tests read the catalogue).
DROP INDEX matter_due;
DROP INDEX matter_opened;
DROP INDEX matter_open_due;
CREATE INDEX matter_due ON matter (jurisdiction, (coalesce(due_at, '9999-12-31T00:00:00+00:00'::timestamptz)), id, path, category, grade);
CREATE INDEX matter_opened ON matter (jurisdiction, opened_at, id, path, category, grade);
CREATE INDEX matter_open_due ON matter (jurisdiction, (coalesce(due_at, '9999-12-31T00:00:00+00:00'::timestamptz)), id, path, category, grade)
  WHERE closed_at IS NULL;
CREATE INDEX matter_open_opened ON matter (jurisdiction, opened_at, id, path, category, grade) WHERE closed_at IS NULL;
CREATE INDEX matter_changed ON matter (jurisdiction, changed_at, id, path, category, grade);
