-- Services that are not simply open. Without a row a service is open; `changes` counts for the manifest's version.
CREATE TABLE item_states (
    id      TEXT NOT NULL PRIMARY KEY,
    state   TEXT NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    since   TEXT NOT NULL,
    changes BIGINT NOT NULL
);
