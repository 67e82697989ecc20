import functools
import time
from collections import OrderedDict


def timed(func):
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = func(*args, **kwargs)
        wrapper.calls.append(time.perf_counter() - start)
        return result

    wrapper.calls = []
    return wrapper


@timed
def slow_add(a, b):
    time.sleep(0.01)
    return a + b


class LRUCache:
    def __init__(self, capacity):
        self.capacity = capacity
        self._data = OrderedDict()

    def get(self, key, compute):
        if key not in self._data:
            self._data[key] = compute(*key)
        self._data.move_to_end(key)
        if len(self._data) > self.capacity:
            self._data.popitem(last=False)
        return self._data[key]


cache = LRUCache(capacity=2)
print([cache.get(pair, slow_add) for pair in [(1, 2), (3, 4), (1, 2), (5, 6), (3, 4)]])
print(f"{slow_add.__name__} was called {len(slow_add.calls)} times; cached now: {list(cache._data)}")
