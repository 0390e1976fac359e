-- A source that is removed stays where ended meetings name it, and opens to nobody.
ALTER TABLE source ADD COLUMN removed_at_ms BIGINT;
