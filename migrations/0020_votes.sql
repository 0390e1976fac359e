-- Who was there when, what was voted on and how, and what was decided.

-- From `at_ms` on a member was there, or was not. What one press notes has one `press`, and is taken back as one.
CREATE TABLE attendance (
    press TEXT NOT NULL,
    meeting TEXT NOT NULL REFERENCES meeting (id),
    person TEXT NOT NULL REFERENCES person (id),
    -- The name and the faction as they were then.
    name TEXT NOT NULL,
    faction TEXT NOT NULL,
    presence TEXT NOT NULL CHECK (presence IN ('present', 'absent')),
    at_ms BIGINT NOT NULL,
    account TEXT NOT NULL,
    -- When the clerk said so, and when that was taken back.
    noted_at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    PRIMARY KEY (press, person)
);

CREATE INDEX attendance_by_meeting ON attendance (meeting, at_ms);

-- One vote on one item. Open from `opened_at_ms` until it is closed, or broken off by the end of the meeting or by closed
-- doors. Of a roll call the ballots are the numbers; of a show of hands and of a secret vote there are numbers and nothing else.
CREATE TABLE vote_event (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    item TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('roll_call', 'show_of_hands', 'secret')),
    majority TEXT NOT NULL CHECK (majority IN ('present', 'members', 'two_thirds')),
    -- What is voted on, where that is not the item as it was proposed.
    motion TEXT NOT NULL,
    -- How many members with a vote the body had.
    members BIGINT NOT NULL,
    -- Who presided; null where nobody did who has a vote.
    chair TEXT REFERENCES person (id),
    opened_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT,
    broken_at_ms BIGINT,
    yes BIGINT,
    no BIGINT,
    abstain BIGINT,
    -- How the chair voted in a show of hands that stood even.
    casting TEXT CHECK (casting IN ('yes', 'no', 'abstain')),
    account TEXT NOT NULL,
    noted_at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    FOREIGN KEY (item, meeting) REFERENCES agenda_item (id, meeting),
    CHECK (closed_at_ms IS NULL OR broken_at_ms IS NULL),
    CHECK (kind <> 'secret' OR (casting IS NULL AND chair IS NULL)),
    CHECK ((yes IS NULL) = (no IS NULL) AND (no IS NULL) = (abstain IS NULL)),
    CHECK (kind <> 'roll_call' OR yes IS NULL)
);

CREATE INDEX vote_event_by_meeting ON vote_event (meeting, opened_at_ms);

-- How a member voted in a roll call; null while they have not.
CREATE TABLE ballot (
    vote TEXT NOT NULL REFERENCES vote_event (id),
    person TEXT NOT NULL REFERENCES person (id),
    -- The place in the call, and name and faction as they were then.
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    faction TEXT NOT NULL,
    choice TEXT CHECK (choice IN ('yes', 'no', 'abstain', 'absent')),
    PRIMARY KEY (vote, person)
);

-- That a vote's result was mended after it was closed: why, and what it was before, as JSON.
CREATE TABLE vote_mend (
    vote TEXT NOT NULL REFERENCES vote_event (id),
    at_ms BIGINT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT NOT NULL,
    before TEXT NOT NULL
);

CREATE INDEX vote_mend_by_vote ON vote_mend (vote, at_ms);

-- What a body resolved on an item, by its number within the body's year.
CREATE TABLE decision (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL,
    body TEXT NOT NULL,
    meeting TEXT NOT NULL,
    item TEXT NOT NULL,
    -- The vote that it comes from; null where none was noted.
    vote TEXT REFERENCES vote_event (id),
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    -- Its code on Diavgeia; empty until it is published there.
    ada TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    account TEXT NOT NULL,
    noted_at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    FOREIGN KEY (body, municipality) REFERENCES body (id, municipality),
    FOREIGN KEY (item, meeting) REFERENCES agenda_item (id, meeting)
);

CREATE INDEX decision_by_meeting ON decision (meeting);
CREATE UNIQUE INDEX decision_number ON decision (body, year, number) WHERE undone_at_ms IS NULL;
CREATE UNIQUE INDEX decision_ada ON decision (municipality, ada) WHERE ada <> '' AND undone_at_ms IS NULL;
