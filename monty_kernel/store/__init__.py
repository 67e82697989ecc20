"""States of sessions on disk. A state comes back only if it is what was stored.

The store knows nothing of Jupyter, Monty or the engine: a state is bytes and a small JSON object. `store.SnapshotStore`
is the way in. Importing it loads neither SQLite nor the compression nor the cutting: the first use does.

    store       writes states, begins and ends sessions            reading     reads states and sessions
    schema      tables and their signed rows                       chunks      the content of states
    log         the write-ahead log                                writer      the thread that stores
    locks       the sessions that run                              signing     keys, hashes, canonical JSON
    database    the SQLite file                                    repair      a damaged file is replaced
    retention   drops old states                                   export      sessions to files and back
"""
