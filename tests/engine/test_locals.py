"""`locals()` at the top level of a cell holds the person's names, and none of the kernel's."""

from __future__ import annotations

from tests.support.kernel_client import Kernel


def test_it_holds_the_persons_names_only(kernel: Kernel) -> None:
    kernel.run("from IPython.display import HTML\nx = 1\n_own = 2\ndisplay(HTML('a'))\n%timeit -n1 -r1 x\n%who")
    kernel.run("1 + 1")
    assert kernel.run("list(locals())").plain == "['HTML', 'x', '_own']"
    assert kernel.run("len(locals()), 'x' in locals(), locals()['x']").plain == "(3, True, 1)"
    assert kernel.run("sorted(n for n in locals().keys())").plain == "['HTML', '_own', 'x']"
    assert kernel.run("dict(locals())['_own']").plain == "2"


def test_it_shows_as_a_result(kernel: Kernel) -> None:
    kernel.run("%reset -f\nx = 1")
    assert kernel.run("locals()").plain == "{'x': 1}"


def test_in_a_function_it_is_the_functions(kernel: Kernel) -> None:
    kernel.run("def inside(a):\n    b = 2\n    return sorted(list(locals()))")
    assert kernel.run("inside(1)").plain == "['a', 'b']"


def test_a_name_of_ones_own_is_left_alone(kernel: Kernel) -> None:
    assert kernel.run("locals = lambda: {'mine': 1}\nlocals()").plain == "{'mine': 1}"
    kernel.run("locals = lambda: 'mine'")
    assert kernel.run("locals()").plain == "'mine'"
