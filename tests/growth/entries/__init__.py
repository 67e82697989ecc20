"""The entries, room by room."""
