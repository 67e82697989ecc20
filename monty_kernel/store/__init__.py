"""States of sessions on disk. A state comes back only if it is what was stored.

The store knows nothing of Jupyter, Monty or the engine: a state is bytes and a small JSON object. `store.SnapshotStore`
is the way in. Importing it loads neither SQLite nor the compression nor the cutting: the first use does.

    store       writes states, begins and ends sessions            reading     reads states and sessions
    schema      tables and their signed rows                       chunks      the content of states
    log         the write-ahead log                                writer      the thread that stores
    locks       the sessions that run                              signing     keys, hashes, canonical JSON
    database    the SQLite file                                    repair      a damaged file is replaced
    retention   drops old states                                   export      sessions to files and back

Each of the errors below has a message of one line for the person at the notebook.
"""


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
