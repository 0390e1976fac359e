-- The words of a meeting: a transcript is kept as a whole, and each time that it is replaced a revision is added.

CREATE TABLE transcript (
    meeting TEXT NOT NULL,
    municipality TEXT NOT NULL,
    -- From 1; the highest that is not taken back is the one that holds.
    revision BIGINT NOT NULL,
    -- The name of the file that it came from; empty where it was pasted.
    origin TEXT NOT NULL,
    account TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    -- Since when it is taken back; the revision below holds then.
    withdrawn_at_ms BIGINT,
    PRIMARY KEY (meeting, revision),
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality)
);

-- What somebody said, in the order in which it was said. Times are the meeting's: wall clock, milliseconds UTC.
CREATE TABLE utterance (
    meeting TEXT NOT NULL,
    revision BIGINT NOT NULL,
    place BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    -- Empty where it is not known.
    speaker TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (meeting, revision, place),
    FOREIGN KEY (meeting, revision) REFERENCES transcript (meeting, revision)
);
