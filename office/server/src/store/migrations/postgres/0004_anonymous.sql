-- A rating without a name: which service and which month, never which case. The id is drawn by lot, so that the order
-- of the rows tells nothing either.
CREATE TABLE anonymous_ratings (
    id       TEXT NOT NULL PRIMARY KEY,
    item_id  TEXT NOT NULL,
    stars    BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    tags     TEXT NOT NULL,
    rated_in TEXT NOT NULL
);

-- That a case was rated so; when and how is not here.
CREATE TABLE rated_without_name (
    id TEXT NOT NULL PRIMARY KEY REFERENCES cases (id)
);
