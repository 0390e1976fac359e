-- What citizens write beside the stream, and what moderators do about it.

-- Who writes: an account, or a device without one. `key` is `account:ID`, or `device:` and the SHA-256 of the device's token.
CREATE TABLE chat_author (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    key TEXT NOT NULL,
    -- The network that it wrote from last: see `chat_exclusion`.
    network TEXT,
    made_at_ms BIGINT NOT NULL,
    UNIQUE (municipality, key)
);

-- How a meeting's chat is run. A meeting without a row is run as new ones are.
CREATE TABLE chat_room (
    meeting TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL,
    -- Names this run of event numbers: whoever has another one takes everything anew.
    epoch TEXT NOT NULL,
    who TEXT NOT NULL CHECK (who IN ('everyone', 'registered', 'nobody')),
    hold TEXT NOT NULL CHECK (hold IN ('nothing', 'links', 'first', 'all')),
    slow_ms BIGINT NOT NULL,
    pinned TEXT,
    -- The number of the last event.
    number BIGINT NOT NULL,
    FOREIGN KEY (meeting, municipality) REFERENCES meeting (id, municipality)
);

-- A message. It is public in the state `shown` alone.
CREATE TABLE chat_message (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL REFERENCES chat_room (meeting),
    author TEXT NOT NULL REFERENCES chat_author (id),
    name TEXT NOT NULL,
    badge TEXT CHECK (badge IN ('moderator', 'clerk')),
    body TEXT NOT NULL,
    reply TEXT,
    sent_at_ms BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'shown', 'refused', 'removed')),
    -- Why it was held.
    cause TEXT CHECK (cause IN ('links', 'first', 'all', 'flood', 'network', 'words')),
    -- Why it was refused or removed: a code, and words.
    code TEXT,
    reason TEXT,
    -- Who decided last, and when.
    account TEXT,
    decided_at_ms BIGINT,
    -- What its author says against a refusal or removal, once; and when a moderator stood by it.
    appeal TEXT,
    appealed_at_ms BIGINT,
    upheld_at_ms BIGINT,
    -- The number of the event that showed it first: its place in the list.
    number BIGINT
);

CREATE INDEX chat_message_by_state ON chat_message (meeting, state, number);
CREATE INDEX chat_message_by_author ON chat_message (author, sent_at_ms);

-- What happened in a chat, in its order. What was said stands in the message alone, so that it can be taken away.
CREATE TABLE chat_event (
    meeting TEXT NOT NULL REFERENCES chat_room (meeting),
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('said', 'removed', 'restored', 'pinned', 'mode')),
    message TEXT,
    -- The mode as JSON, for `mode`.
    detail TEXT,
    PRIMARY KEY (meeting, number)
);

-- Who may not write for a while. `network` is a keyed hash of an address prefix, whose key is thrown away with its day.
CREATE TABLE chat_exclusion (
    id TEXT NOT NULL PRIMARY KEY,
    municipality TEXT NOT NULL REFERENCES municipality (id),
    meeting TEXT NOT NULL,
    author TEXT NOT NULL REFERENCES chat_author (id),
    network TEXT,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    account TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    lifted_at_ms BIGINT
);

CREATE INDEX chat_exclusion_by_author ON chat_exclusion (author, until_ms);
CREATE INDEX chat_exclusion_by_network ON chat_exclusion (municipality, network);

-- Words that make a message wait, folded, one of a municipality's list each; with `*` at its end the beginning of words.
CREATE TABLE chat_word (
    municipality TEXT NOT NULL REFERENCES municipality (id),
    word TEXT NOT NULL,
    PRIMARY KEY (municipality, word)
);

-- The keys of the days, for the hashes of address prefixes; old ones are deleted.
CREATE TABLE chat_day_key (
    day BIGINT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL
);
