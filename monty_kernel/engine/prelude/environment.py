# The environment variables of the session: `os.environ` becomes `__mk_attribute(os, 'environ')`.


import os as __mk_os

__mk_module = type(__mk_os)
__mk_environ = {}


def __mk_getenv(key, default=None):
    if type(key) is not str:
        raise TypeError(f"str expected, not {type(key).__name__}")
    return __mk_environ.get(key, default)


def __mk_attribute(owner, name):
    if type(owner) is __mk_module and str(owner) == "<module 'os'>":
        return __mk_environ if name == "environ" else __mk_getenv
    return owner.environ if name == "environ" else owner.getenv
