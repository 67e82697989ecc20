"""The errors of the store. Each message is one line for the person at the notebook."""


class StoreError(Exception):
    """The base class of the store's errors."""


class StoreUnavailable(StoreError):
    """The store cannot be read or written now: the disk is full or read-only, or another process holds it.

    Nothing was half written, and a later call may succeed.
    """


class StateRefused(StoreError):
    """A state is not what was stored: it was altered, cut short or moved, or another key or version stored it."""


class StateMissing(StateRefused):
    """The state does not exist, or it is no longer kept."""


class SessionRunning(StoreError):
    """The session belongs to a kernel that is running."""
