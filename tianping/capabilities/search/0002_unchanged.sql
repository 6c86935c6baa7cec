-- A step seldom changes a matter's words: the index is written only where they are others. The function stands here whole, because
-- a migration that has run is not changed; suppress_redundant_updates_trigger() would not know long words again, which are kept
-- compressed.
CREATE OR REPLACE FUNCTION index_matter(id uuid, text text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT tp_system() THEN
    RAISE EXCEPTION 'only the reader of the feed indexes';
  END IF;
  IF text = '' THEN
    DELETE FROM search_doc d WHERE d.jurisdiction = tp_jurisdiction() AND d.matter_id = id;
  ELSE
    INSERT INTO search_doc AS d VALUES (tp_jurisdiction(), id, to_tsvector('simple', text))
    ON CONFLICT (jurisdiction, matter_id) DO UPDATE SET words = excluded.words WHERE d.words <> excluded.words;
  END IF;
END $$;
