-- What is sent by e-mail, and the links by which a password is set anew.

-- A letter that waits to be handed to the mail server. It is deleted when that has taken it.
CREATE TABLE letter (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Empty once it is given up: it may hold a link that is still good.
    text TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    -- From then on it would be of no use.
    expires_at_ms BIGINT NOT NULL,
    -- When it is tried next. Whoever tries it moves this on first, so that nobody else does.
    due_at_ms BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- Why the last try failed, and in whose words.
    problem TEXT CHECK (problem IN ('address', 'refused', 'deferred', 'login', 'unreachable', 'slow', 'folder')),
    answer TEXT NOT NULL,
    given_up_at_ms BIGINT
);

CREATE INDEX letter_by_due ON letter (due_at_ms);

-- That a password may be set anew, once for an account. Only the SHA-256 of the token is kept.
CREATE TABLE password_reset (
    account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
    token_hash TEXT NOT NULL UNIQUE,
    expires_at_ms BIGINT NOT NULL
);
