"""`ABC`, `ABCMeta` and `abstractmethod`, which say something to the reader: Monty has no inheritance.

Lacks: classes that fill in what is abstract.
"""

LACKS = {
    "abstractproperty": "Monty has no properties: write a method.",
    "abstractclassmethod": "Monty has no class methods: write a function.",
    "abstractstaticmethod": "Monty has no static methods: write a function.",
}


def _made_by(*abstract):
    def made(kind):
        def refused(self, *args, **options):
            several = "s" if len(abstract) > 1 else ""
            listed = ", ".join([repr(name) for name in sorted(abstract)])
            raise TypeError(
                f"Can't instantiate abstract class {kind.__name__} without an implementation for "
                f"abstract method{several} {listed}"
            )

        if abstract:
            kind.__init__ = refused
        return kind

    return made


class ABC:
    _made_ = _made_by


class ABCMeta:
    pass


def abstractmethod(funcobj):
    return funcobj
