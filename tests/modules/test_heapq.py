"""`heapq` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

NUMBERS = st.lists(st.integers(-9, 9), max_size=12)
STEPS = st.sampled_from(["heappush(heap, {})", "heappushpop(heap, {})", "heapreplace(heap, {})", "heappop(heap)"])


@settings(max_examples=40, deadline=None)
@given(NUMBERS, st.lists(st.tuples(STEPS, st.integers(-9, 9)), max_size=30))
def test_a_heap_is_laid_out_alike(sandboxed: Sandboxed, start: list[int], steps: list[tuple[str, int]]) -> None:
    code = f"import heapq\nheap = {start}\nheapq.heapify(heap)\nfound = [list(heap)]\n"
    for step, number in steps:
        call = "heapq." + step.format(number)
        code += f"try:\n    found.append({call})\nexcept IndexError as e:\n    found.append(str(e))\nfound.append(list(heap))\n"
    sandboxed.agrees(code + "found")


@settings(max_examples=40, deadline=None)
@given(st.lists(NUMBERS, max_size=4), st.integers(-1, 5), st.booleans())
def test_several_lists(sandboxed: Sandboxed, lists: list[list[int]], n: int, reverse: bool) -> None:
    rows = [sorted(each, reverse=reverse) for each in lists]
    keyed = [sorted(each, key=abs, reverse=reverse) for each in lists]
    sandboxed.agrees(
        f"import heapq\nlists, keyed = {rows}, {keyed}\n"
        f"found = [list(heapq.merge(*lists, reverse={reverse})), list(heapq.merge(*keyed, key=abs, reverse={reverse}))]\n"
        f"for each in {lists}:\n"
        f"    found.append([heapq.nlargest({n}, each), heapq.nsmallest({n}, each), heapq.nsmallest(2, each, key=abs),\n"
        f"        heapq.nlargest(2, each, key=lambda x: -abs(x))])\n"
        "found"
    )


def test_tuples_and_texts(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "from heapq import heappush, heappop\nqueue = []\n"
        "for each in [(2, 'b'), (1, 'z'), (2, 'a')]:\n    heappush(queue, each)\n"
        "[heappop(queue) for _ in range(3)]"
    )
    sandboxed.agrees("import heapq\nheapq.heappop([])")
    sandboxed.agrees("import heapq\nheapq.heapreplace([], 1)")
    sandboxed.agrees("import heapq\nheapq.heapify([1, 'a'])")
