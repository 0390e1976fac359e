-- People with accounts: what they may be, whether they may now, how they join, and where they are logged in.

-- The language in which somebody is written to; null: the municipality's.
ALTER TABLE account ADD COLUMN language TEXT CHECK (language IN ('el', 'en'));
ALTER TABLE account ADD COLUMN logged_in_at_ms BIGINT;

-- The browser and the system of a session, in words; empty where they are not known.
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';

-- Neither engine can change a table's checks in one text, so the table is made anew and its rows moved.
CREATE TABLE account_role_moved (
    account TEXT NOT NULL REFERENCES account (id),
    municipality TEXT NOT NULL REFERENCES municipality (id),
    role TEXT NOT NULL CHECK (role IN ('administrator', 'clerk', 'moderator', 'auditor', 'editor', 'officer')),
    granted_at_ms BIGINT NOT NULL,
    -- Since when the account may do nothing here; the same in all its rows of a municipality.
    disabled_at_ms BIGINT,
    PRIMARY KEY (account, municipality, role)
);

INSERT INTO account_role_moved (account, municipality, role, granted_at_ms, disabled_at_ms)
SELECT account, municipality, role, granted_at_ms, NULL FROM account_role;

DROP TABLE account_role;
ALTER TABLE account_role_moved RENAME TO account_role;

CREATE INDEX account_role_by_municipality ON account_role (municipality, account);

-- That somebody may join. Only the SHA-256 of the token is kept. One that is over, used or withdrawn is deleted:
-- the audit log remembers it.
CREATE TABLE invitation (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    email TEXT NOT NULL,
    -- A JSON array of roles.
    roles TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('el', 'en')),
    token_hash TEXT NOT NULL UNIQUE,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    UNIQUE (municipality, email)
);
