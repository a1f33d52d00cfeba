"""Small hostile inputs, each of which must end soon, in little memory, with a message."""
