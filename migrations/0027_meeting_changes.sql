-- What subscribers to a calendar or a feed tell a change by: how often the meeting was changed, and when last.
-- Null: not since it was called.
ALTER TABLE meeting ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meeting ADD COLUMN changed_at_ms BIGINT;
-- What feeds list: the latest first, whatever became of them.
CREATE INDEX meeting_by_start ON meeting (municipality, starts_at_ms);
