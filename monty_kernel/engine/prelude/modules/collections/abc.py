"""The names of `collections.abc` for annotations, and for `isinstance` of values of built-in types.

Lacks: classes of one's own: `isinstance` knows them by none of these names.
"""

from collections import deque

_function = type(lambda: 0)
Callable = (_function, type(len), type(int))
Hashable = (str, int, float, bool, bytes, tuple, frozenset, type(None), _function)
Sequence = (list, tuple, str, bytes, range, deque)
MutableSequence = (list, deque)
Set = (set, frozenset)
MutableSet = set
Mapping = dict
MutableMapping = dict
Sized = (list, tuple, str, bytes, range, deque, set, frozenset, dict)
Container = Sized
Collection = Sized
Iterable = Sized
Reversible = (list, tuple, str, bytes, range, deque, dict)
Iterator = type(iter([]))
Generator = ()
Awaitable = ()
Coroutine = ()
