-- The past in the order in which it is listed, the latest first: pages far back are counted off in the index.
CREATE INDEX meeting_past ON meeting (municipality, (COALESCE(started_at_ms, starts_at_ms)) DESC, id DESC)
WHERE stage IN ('ended', 'cancelled');
