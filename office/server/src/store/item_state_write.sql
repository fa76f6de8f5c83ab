INSERT INTO item_states (id, state, since, changes) VALUES ($1, $2, $3, 1)
ON CONFLICT (id) DO UPDATE
SET state = excluded.state, since = excluded.since, changes = item_states.changes + 1
WHERE item_states.state <> excluded.state
