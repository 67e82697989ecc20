"""A name that nothing defines is a NameError wherever it is called, also where Monty would ask its host and cannot."""

from __future__ import annotations

import pytest

from tests.engine.test_locate import arrows
from tests.support.kernel_client import Kernel

CALLS = [
    ("sorted([2, 1], key=lambda n: lenght(n))", "lenght"),
    ("list(map(lambda n: lenght(n), [1]))", "lenght"),
    ("list(filter(lambda n: lenght(n), [1]))", "lenght"),
    ("max([2, 1], key=lambda n: [lenght(m) for m in [n]])", "lenght"),
    ("list(iter(lambda: lenght(1), 2))", "lenght"),
    ("class A:\n    def __repr__(self):\n        return formt('x')\nA()", "formt"),
    ("class A:\n    def __repr__(self):\n        return f\"costs {formt('x')}\"\nA()", "formt"),
    ("class A:\n    def __add__(self, other):\n        return plus(other)\nA() + 1", "plus"),
    ("class A:\n    def __eq__(self, other):\n        return same(other)\nA() == 1", "same"),
    ("class A:\n    def __getitem__(self, key):\n        return item(key)\nA()[1]", "item"),
    ("class A:\n    def __contains__(self, key):\n        return has(key)\n1 in A()", "has"),
    ("class A:\n    def __hash__(self):\n        return hashed(1)\n{A()}", "hashed"),
    ("class A:\n    def __str__(self):\n        return text(1)\nf'{A()}'", "text"),
    ("list(map(lambda n: ascii(n), [1]))", "ascii"),
]


@pytest.mark.parametrize(("code", "name"), CALLS)
def test_an_unknown_name_is_a_name_error_with_its_place(kernel: Kernel, code: str, name: str) -> None:
    answer = kernel.run(code)
    assert (answer.reply["ename"], answer.reply["evalue"]) == ("NameError", f"name {name!r} is not defined")
    assert arrows(answer)[-1].endswith(f": {name}")


@pytest.mark.parametrize(("code", "name"), CALLS)
def test_except_name_error_catches_it(kernel: Kernel, code: str, name: str) -> None:
    before, _, last = code.rpartition("\n")
    kernel.run(before)
    answer = kernel.run(f"try:\n    repr({last})\nexcept NameError as error:\n    print('caught', error)")
    assert answer.text() == f"caught name {name!r} is not defined\n"


def test_a_name_that_a_later_cell_defines_is_found(kernel: Kernel) -> None:
    kernel.run("def outer(n):\n    return inner_later(n) + 1")
    assert kernel.run("list(map(outer, [1]))").reply["evalue"] == "name 'inner_later' is not defined"
    kernel.run("def inner_later(n):\n    return n * 10")
    assert kernel.run("list(map(outer, [1])), outer(2)").plain == "([11], 21)"


def test_a_name_defined_further_down_in_the_cell_is_unknown_until_then(kernel: Kernel) -> None:
    answer = kernel.run("def early(n):\n    return down_there(n)\nlist(map(early, [1]))\ndef down_there(n): return n")
    assert (answer.reply["ename"], answer.reply["evalue"]) == ("NameError", "name 'down_there' is not defined")


def test_a_name_that_only_some_branch_binds_is_unknown_in_the_others(kernel: Kernel) -> None:
    code = (
        "try:\n    from collections import UserList as merged\nexcept ImportError:\n    pass\n"
        "if False:\n    def branch(n): return n\n"
        "def use(n):\n    try:\n        return sorted([n], key=lambda m: merged(m))\n    except NameError:\n"
        "        return sorted([n], key=lambda m: branch(m))\n"
        "try:\n    use(1)\nexcept NameError as error:\n    print(error)"
    )
    assert kernel.run(code).text() == "name 'branch' is not defined\n"


def test_names_of_functions_and_of_the_host_are_left_alone(kernel: Kernel) -> None:
    code = (
        "def whole(call):\n"
        "    def own(n): return call(n) + 1\n"
        "    return [own(n) for n in range(2)] + sorted([2, 1], key=lambda n: own(n))\n"
        "whole(lambda n: n)"
    )
    assert kernel.run(code).plain == "[1, 2, 1, 2]"
    kernel.run("def ask():\n    return display('shown')")
    assert kernel.run("ask()").all("display_data")[0]["data"]["text/plain"] == "'shown'"


def test_columns_of_other_errors_stay(kernel: Kernel) -> None:
    answer = kernel.run("def f(n): return nowhere(n), n\nvalue = [f, lambda n: f(n / 0)]; value[1](1)")
    assert arrows(answer) == ["2: value[1](1)", "2: n / 0"]


def test_no_message_names_a_function_of_the_kernel(kernel: Kernel) -> None:
    kernel.run("class Shown:\n    def __str__(self):\n        display(1)\n        return ''")
    answer = kernel.run("try:\n    str(Shown())\nexcept NotImplementedError as error:\n    print(error)")
    assert "__mk_" not in answer.text()
    assert "display" in answer.text()
    kernel.run("from IPython.display import clear_output\nclass Cleared:\n    def __str__(self): clear_output()")
    answer = kernel.run("try:\n    str(Cleared())\nexcept NotImplementedError as error:\n    print(error)")
    assert "__mk_" not in answer.text()
    assert kernel.run("str(Cleared())").reply["evalue"].startswith("clear_output() asks the host")
    assert kernel.run("str(Shown())").reply["evalue"].startswith("display() asks the host, which Monty cannot do")
