"""Heaps in lists: the smallest item is the first.

Lacks: nothing of CPython 3.13's. `merge` gives a list at once, as generators do in Monty, so what it is given has to end.
"""


def _up(heap, place, first):
    item = heap[place]
    while place > first:
        parent = (place - 1) // 2
        if not item < heap[parent]:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = item


def _down(heap, place):
    first, end, item = place, len(heap), heap[place]
    child = 2 * place + 1
    while child < end:
        if child + 1 < end and not heap[child] < heap[child + 1]:
            child += 1
        heap[place] = heap[child]
        place, child = child, 2 * child + 1
    heap[place] = item
    _up(heap, place, first)


def heappush(heap, item, /):
    heap.append(item)
    _up(heap, len(heap) - 1, 0)


def heappop(heap, /):
    last = heap.pop() if heap else _empty()
    return heapreplace(heap, last) if heap else last


def _empty():
    raise IndexError("index out of range")


def heapreplace(heap, item, /):
    first = heap[0] if heap else _empty()
    heap[0] = item
    _down(heap, 0)
    return first


def heappushpop(heap, item, /):
    return heapreplace(heap, item) if heap and heap[0] < item else item


def heapify(heap, /):
    for place in range(len(heap) // 2 - 1, -1, -1):
        _down(heap, place)


def merge(*iterables, key=None, reverse=False):
    sources = [iter(each) for each in iterables]
    heads = []
    for source in sources:
        heads.append(next(source, sources))  # which no item is
    found = []
    keys = [head if head is sources or key is None else key(head) for head in heads]
    left = [place for place in range(len(heads)) if heads[place] is not sources]
    while left:
        best = left[0]
        for place in left[1:]:
            if keys[best] < keys[place] if reverse else keys[place] < keys[best]:
                best = place
        found.append(heads[best])
        heads[best] = next(sources[best], sources)
        if heads[best] is sources:
            left.remove(best)
        else:
            keys[best] = heads[best] if key is None else key(heads[best])
    return found


def nlargest(n, iterable, key=None):
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


def nsmallest(n, iterable, key=None):
    return sorted(iterable, key=key)[: max(n, 0)]
