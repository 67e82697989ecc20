"""The durable half of time travel: states of sessions, kept on disk, given back only if they are what was stored.

It knows nothing of Jupyter or Monty: a state is bytes and a small JSON object. `store.SnapshotStore` is the way in.
Importing it loads neither SQLite nor the compression nor the cutting: the first use does.
"""
