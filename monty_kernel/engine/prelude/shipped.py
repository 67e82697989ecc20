# What stands in for modules that Monty lacks, and gives the names that a module of Monty's lacks.

import math as __mk_math


def __mk_make_namespace():
    # nobody can tell it from a module by its name
    class module:
        def __init__(self, name, names):
            self.__name__ = name
            for key in names:
                setattr(self, key, names[key])

        def __repr__(self):
            return f"<module '{self.__name__}'>"

    return module


__mk_namespace = __mk_make_namespace()
__mk_own_module = type(__mk_math)
__mk_gaps = {}
__mk_wrapped = []


def __mk_member(owner, name):
    if type(owner) is __mk_own_module:
        gap = __mk_gaps.get(str(owner))
        if gap is not None and hasattr(gap, name):
            return getattr(gap, name)
    return getattr(owner, name)
