SELECT id, state, since, changes FROM item_states
