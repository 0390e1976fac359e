-- Closed doors. To the table a meeting in camera is one that is not transmitted, a pause, of which this says that it is
-- in camera, and since when: whatever asks for the meetings in session finds it, and a program that does not know the
-- column sees a pause and nothing more open than that.
ALTER TABLE meeting ADD COLUMN in_camera_at_ms BIGINT
    CHECK (in_camera_at_ms IS NULL OR (stage = 'paused' AND in_camera_at_ms = paused_at_ms));
