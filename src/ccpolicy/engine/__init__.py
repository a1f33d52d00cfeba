"""From records to lapses: fill the inputs, ask the check kinds, subtract."""
