-- Words of matters, for finding them. The application's role cannot read this table: `search_matters` is the only way in, and it
-- applies the caller's scope itself, because under row-level security a text search would not use its index.
CREATE TABLE search_doc (
  jurisdiction varchar(12) NOT NULL,
  matter_id uuid NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (jurisdiction, matter_id)
);
CREATE INDEX search_doc_words ON search_doc USING gin (words);
REVOKE ALL ON search_doc FROM tianping_app;

CREATE FUNCTION search_matters(query text, most int) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT m.id FROM search_doc d JOIN matter m ON m.jurisdiction = d.jurisdiction AND m.id = d.matter_id
  WHERE d.jurisdiction = tp_jurisdiction() AND d.words @@ to_tsquery('simple', query)
    AND (tp_in_sight(m.path) OR m.audience && tp_keys() OR tp_system())
  ORDER BY m.opened_at DESC, m.id LIMIT least(most, 1000)
$$;

-- The reader of the feed writes the index; an empty text takes the matter out.
CREATE FUNCTION index_matter(id uuid, text text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT tp_system() THEN
    RAISE EXCEPTION 'only the reader of the feed indexes';
  END IF;
  IF text = '' THEN
    DELETE FROM search_doc d WHERE d.jurisdiction = tp_jurisdiction() AND d.matter_id = id;
  ELSE
    INSERT INTO search_doc VALUES (tp_jurisdiction(), id, to_tsvector('simple', text))
    ON CONFLICT (jurisdiction, matter_id) DO UPDATE SET words = excluded.words;
  END IF;
END $$;
