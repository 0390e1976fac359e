-- What citizens ask, remark and propose beside a meeting, and what became of each.

-- How a meeting takes them. A meeting without a row takes them as new ones do.
CREATE TABLE intervention_floor (
    meeting TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('everyone', 'registered', 'nobody')),
    -- In which order the queue stands, and why, where it is by hand.
    policy TEXT NOT NULL CHECK (policy IN ('first', 'supported', 'hand')),
    policy_reason TEXT NOT NULL,
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality)
);

-- An intervention. `detail` is the state with its data as JSON; `state` is its name. It changes only from the revision
-- that was read to the next one.
CREATE TABLE intervention (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL,
    meeting TEXT NOT NULL,
    -- The item of the agenda that it is about; null: the meeting as a whole. An item that was never taken up can be
    -- deleted, and then it is about the meeting.
    item TEXT,
    author TEXT NOT NULL REFERENCES chat_author (id),
    kind TEXT NOT NULL CHECK (kind IN ('question', 'comment', 'proposal')),
    -- Empty where the author stays anonymous.
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at_ms BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('submitted', 'held', 'approved', 'rejected', 'appealed', 'upheld', 'merged',
        'withdrawn', 'queued', 'on_screen', 'answered', 'deferred', 'expired')),
    detail TEXT NOT NULL,
    revision BIGINT NOT NULL,
    -- When a moderator decided first whether it is taken.
    decided_at_ms BIGINT,
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality)
);

CREATE INDEX intervention_by_meeting ON intervention (meeting, sent_at_ms);
CREATE INDEX intervention_by_author ON intervention (author, sent_at_ms);

-- Every move from one state to the next: only ever added to. `revision` is the one that the move made.
CREATE TABLE intervention_move (
    intervention TEXT NOT NULL REFERENCES intervention (id),
    revision BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL CHECK (actor IN ('author', 'moderator')),
    -- The moderator's account.
    account TEXT,
    act TEXT NOT NULL,
    -- The states as JSON; the reason is in them.
    from_state TEXT,
    to_state TEXT NOT NULL,
    PRIMARY KEY (intervention, revision)
);

-- Who supports what. What was merged keeps its own rows: the support of the whole is that of all its parts, each person
-- once, and parting them again needs no sum.
CREATE TABLE intervention_support (
    intervention TEXT NOT NULL REFERENCES intervention (id),
    author TEXT NOT NULL REFERENCES chat_author (id),
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (intervention, author)
);
