-- A meeting's source may be an interpreter's: only its sound is taken, as a further language of whatever is shown.
-- Neither engine can change a table's checks in one text, so the table is made anew and its rows moved.

CREATE TABLE meeting_source_moved (
    meeting TEXT NOT NULL,
    source TEXT NOT NULL,
    municipality TEXT NOT NULL,
    rank TEXT NOT NULL CHECK (rank IN ('primary', 'backup', 'interpreter')),
    -- What an interpreter speaks: ISO 639, as `council::Language` writes it.
    language TEXT,
    assigned_at_ms BIGINT NOT NULL,
    PRIMARY KEY (meeting, source),
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality),
    FOREIGN KEY (source, municipality) REFERENCES source (id, municipality),
    CHECK ((rank = 'interpreter') = (language IS NOT NULL))
);

INSERT INTO meeting_source_moved (meeting, source, municipality, rank, language, assigned_at_ms)
SELECT meeting, source, municipality, rank, NULL, assigned_at_ms FROM meeting_source;

DROP TABLE meeting_source;
ALTER TABLE meeting_source_moved RENAME TO meeting_source;
