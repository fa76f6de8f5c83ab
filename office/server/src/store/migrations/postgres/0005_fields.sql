-- The questions that a correction names, as a JSON list; empty for every other event.
ALTER TABLE case_events ADD COLUMN fields TEXT NOT NULL DEFAULT '';
ALTER TABLE part_events ADD COLUMN fields TEXT NOT NULL DEFAULT '';
