"""Work on a stranger's text where it can be killed: in a helper process with bounds of its own.

CPython's parser, jedi and the sanitizers are libraries that a text can make slow or large, and while they are at it they may
hold the GIL: the kernel hears no interrupt. So text that is not modest (`modest.py`) goes to a helper, as plain data, and plain data
comes back. `rooms.py` is what callers use.
"""
