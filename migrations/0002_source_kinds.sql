-- Sources by the way in which their media comes: an encoder pushes, over whichever protocol, with a stream key;
-- from a camera we pull, and it has an address instead. Neither engine can change a table's checks in one text, so the
-- tables are made anew and the old ones' rows moved.

CREATE TABLE source_moved (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('push', 'pull')),
    -- The SHA-256 of the stream key and its last characters: of what pushes.
    key_hash TEXT UNIQUE,
    key_hint TEXT,
    -- `rtsp://…` with user name and password: of what is pulled.
    url TEXT,
    created_at_ms BIGINT NOT NULL,
    rotated_at_ms BIGINT,
    UNIQUE (id, municipality),
    CHECK ((kind = 'push') = (key_hash IS NOT NULL)),
    CHECK ((kind = 'push') = (key_hint IS NOT NULL)),
    CHECK ((kind = 'pull') = (url IS NOT NULL))
);

INSERT INTO source_moved (id, municipality, name, kind, key_hash, key_hint, url, created_at_ms, rotated_at_ms)
SELECT id, municipality, name, 'push', key_hash, key_hint, NULL, created_at_ms, rotated_at_ms
FROM source WHERE protocol <> 'rtsp';

INSERT INTO source_moved (id, municipality, name, kind, key_hash, key_hint, url, created_at_ms, rotated_at_ms)
SELECT id, municipality, name, 'pull', NULL, NULL, url, created_at_ms, NULL
FROM source WHERE protocol = 'rtsp';

CREATE TABLE meeting_source_moved (
    meeting TEXT NOT NULL,
    source TEXT NOT NULL,
    municipality TEXT NOT NULL,
    rank TEXT NOT NULL CHECK (rank IN ('primary', 'backup')),
    assigned_at_ms BIGINT NOT NULL,
    PRIMARY KEY (meeting, source),
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality),
    FOREIGN KEY (source, municipality) REFERENCES source_moved (id, municipality)
);

INSERT INTO meeting_source_moved (meeting, source, municipality, rank, assigned_at_ms)
SELECT meeting, source, municipality, rank, assigned_at_ms FROM meeting_source;

DROP TABLE meeting_source;
DROP TABLE source;
-- What refers to the tables follows their names in both engines.
ALTER TABLE source_moved RENAME TO source;
ALTER TABLE meeting_source_moved RENAME TO meeting_source;

CREATE INDEX source_by_municipality ON source (municipality);
