-- Who sits on the bodies, and who spoke when.

-- A person, once for a municipality.
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    name TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    UNIQUE (id, municipality)
);

-- That a person sits on a body. One that has ended stays, for what was said and voted while it lasted.
CREATE TABLE membership (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL,
    body TEXT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('mayor', 'president', 'vice_president', 'secretary', 'councillor')),
    -- The name of the faction; empty where there is none.
    faction TEXT NOT NULL,
    began_at_ms BIGINT NOT NULL,
    ended_at_ms BIGINT,
    FOREIGN KEY (body, municipality) REFERENCES body (id, municipality),
    FOREIGN KEY (person, municipality) REFERENCES person (id, municipality)
);

CREATE INDEX membership_by_body ON membership (body, ended_at_ms);

-- From `at_ms` on somebody had the floor, until the next one had it, or until `until_ms`.
CREATE TABLE speech (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    item TEXT NOT NULL,
    -- Null for a guest.
    person TEXT REFERENCES person (id),
    -- The name and the faction as they were then.
    name TEXT NOT NULL,
    faction TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    until_ms BIGINT,
    -- How long the speaker was given; null: without a limit.
    limit_ms BIGINT,
    account TEXT NOT NULL,
    -- When the clerk said so, and when that was taken back.
    noted_at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    FOREIGN KEY (item, meeting) REFERENCES agenda_item (id, meeting)
);

CREATE INDEX speech_by_meeting ON speech (meeting, at_ms);
