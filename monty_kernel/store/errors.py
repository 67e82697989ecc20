"""What the store raises. Each message is one line for the person at the notebook."""


class StoreError(Exception):
    """Whatever the store raises on purpose."""


class StoreUnavailable(StoreError):
    """The store cannot be read or written now: disk full, read-only, locked, not ours. Nothing was half written."""


class StateRefused(StoreError):
    """A state is not what was stored: altered, cut short, moved, someone else's or another version's."""


class StateMissing(StateRefused):
    """There is no such state, or it is no longer kept."""


class SessionRunning(StoreError):
    """The session belongs to a kernel that runs."""
