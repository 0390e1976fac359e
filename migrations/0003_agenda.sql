-- The agenda as items, and the instants at which they were taken up. The old column's texts are moved by the program,
-- since the engines read JSON differently; the next migration drops it.

-- An item of a meeting's agenda. Items stand in the order of `place`; `level` is how deep one is nested, 0 at the top.
CREATE TABLE agenda_item (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL,
    meeting TEXT NOT NULL,
    place BIGINT NOT NULL,
    level BIGINT NOT NULL CHECK (level BETWEEN 0 AND 2),
    -- As the council numbers it, "5" or "5α"; empty where it does not.
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    rapporteur TEXT NOT NULL,
    -- Since when it is on the agenda as urgent; null where it was called with the rest.
    urgent_at_ms BIGINT,
    withdrawn_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality),
    UNIQUE (id, meeting)
);

CREATE INDEX agenda_item_by_meeting ON agenda_item (meeting, place);

-- From `at_ms` on the meeting was at this item, until the next one was taken up.
CREATE TABLE agenda_moment (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    item TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    account TEXT NOT NULL,
    -- When the clerk said so, and when that was taken back.
    noted_at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    FOREIGN KEY (item, meeting) REFERENCES agenda_item (id, meeting)
);

CREATE INDEX agenda_moment_by_meeting ON agenda_moment (meeting, at_ms);

-- Counts what changes an agenda or its moments: whoever has an older number has an older agenda.
ALTER TABLE meeting ADD COLUMN agenda_revision BIGINT NOT NULL DEFAULT 0;
