"""The tree of a session's states, travel in it, and how it is kept in the store."""
