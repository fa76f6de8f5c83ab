-- Code lists that are chosen level by level. Copies of what the program or the site's files say: a list is filled
-- anew, whole, when its source has another digest.
CREATE TABLE code_list (
    name TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL
) STRICT;
CREATE TABLE code (
    list TEXT NOT NULL,
    code TEXT NOT NULL,
    -- '' at the top.
    parent TEXT NOT NULL,
    -- Place in the source, which is the order on the screen.
    place INTEGER NOT NULL,
    zh TEXT NOT NULL,
    zh_tw TEXT,
    en TEXT,
    PRIMARY KEY (list, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX code_below ON code (list, parent, place);
