-- One text for SQLite and PostgreSQL. Ids are UUIDv7 as TEXT; times are milliseconds UTC named …_at_ms;
-- JSON is TEXT; states are TEXT with a CHECK; there are no booleans.

-- A municipality: found by host name, with its own bodies, look and data.
CREATE TABLE municipality (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name_el TEXT NOT NULL,
    name_en TEXT NOT NULL,
    default_language TEXT NOT NULL CHECK (default_language IN ('el', 'en')),
    time_zone TEXT NOT NULL,
    accent TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

-- The host names at which a municipality answers: lower case, without port and trailing dot.
CREATE TABLE municipality_host (
    host TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id)
);

-- A body that meets: council, committee, local community.
CREATE TABLE body (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    slug TEXT NOT NULL,
    name_el TEXT NOT NULL,
    name_en TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    UNIQUE (municipality, slug),
    UNIQUE (id, municipality)
);

-- A meeting of a body. The times that are null follow from the stage.
CREATE TABLE meeting (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    body TEXT NOT NULL,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    starts_at_ms BIGINT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('scheduled', 'live', 'paused', 'ended', 'cancelled')),
    started_at_ms BIGINT,
    paused_at_ms BIGINT,
    ended_at_ms BIGINT,
    cancel_reason TEXT,
    -- A JSON array of texts.
    agenda TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    FOREIGN KEY (body, municipality) REFERENCES body (id, municipality),
    UNIQUE (id, municipality),
    CHECK ((stage IN ('live', 'paused', 'ended')) = (started_at_ms IS NOT NULL)),
    CHECK ((stage = 'paused') = (paused_at_ms IS NOT NULL)),
    CHECK ((stage = 'ended') = (ended_at_ms IS NOT NULL)),
    CHECK ((stage = 'cancelled') = (cancel_reason IS NOT NULL))
);

CREATE INDEX meeting_by_stage ON meeting (municipality, stage, starts_at_ms);

-- An encoder or camera with its key, of which only the SHA-256 is kept.
CREATE TABLE source (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    name TEXT NOT NULL,
    protocol TEXT NOT NULL CHECK (protocol IN ('rtmp', 'srt', 'rtsp')),
    url TEXT,
    key_hash TEXT NOT NULL UNIQUE,
    key_hint TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    rotated_at_ms BIGINT,
    UNIQUE (id, municipality),
    CHECK ((protocol = 'rtsp') = (url IS NOT NULL))
);

CREATE INDEX source_by_municipality ON source (municipality);

-- Which sources a meeting has. Both are of the one municipality.
CREATE TABLE meeting_source (
    meeting TEXT NOT NULL,
    source TEXT NOT NULL,
    municipality TEXT NOT NULL,
    rank TEXT NOT NULL CHECK (rank IN ('primary', 'backup')),
    assigned_at_ms BIGINT NOT NULL,
    PRIMARY KEY (meeting, source),
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality),
    FOREIGN KEY (source, municipality) REFERENCES source (id, municipality)
);

-- A person's account. The e-mail is normalised; the password is an argon2id PHC string.
CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (id),
    municipality TEXT NOT NULL REFERENCES municipality (id),
    role TEXT NOT NULL CHECK (role IN ('administrator', 'clerk', 'moderator')),
    granted_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account, municipality, role)
);

-- A log-in that lasts. Only the SHA-256 of its token is kept.
CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    created_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);

CREATE INDEX session_by_account ON session (account, used_at_ms);

-- The end of each municipality's audit log: its last number and hash. Appending locks this row first.
-- The nil id is the installation's own log, of acts that belong to no municipality.
CREATE TABLE audit_head (
    municipality TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL
);

INSERT INTO audit_head (municipality, number, hash)
VALUES ('00000000-0000-0000-0000-000000000000', 0, '');

-- The audit log: append-only; each hash covers the row and the hash before it.
CREATE TABLE audit_entry (
    municipality TEXT NOT NULL REFERENCES audit_head (municipality),
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    account TEXT,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (municipality, number)
);
