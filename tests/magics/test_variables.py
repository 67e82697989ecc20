"""%who, %who_ls and %whos list what the person made, and only that."""

from __future__ import annotations

from tests.support.engine_session import Session


def test_who_prints_names_as_ipython_does(session: Session) -> None:
    assert session.run("%who").printed == "Interactive namespace is empty.\n"
    session.run("beta = 'test'; alpha = 123")
    assert session.run("%who").printed == "alpha\t beta\t \n"
    assert session.run("%who str float").printed == "beta\t \n"
    assert session.run("%who float").printed == "No variables match your requested type.\n"
    session.run("\n".join(f"v{n} = {n}" for n in range(10)))
    assert session.run("%who int").printed == "alpha\t " + "".join(f"v{n}\t " for n in range(8)) + "\nv8\t v9\t \n"


def test_who_ls_is_a_list(session: Session) -> None:
    session.run("b = 1; a = 'x'\ndef f(): pass\nclass C: pass\nc = C()\nimport math")
    assert session.run("%who_ls").result == "['C', 'a', 'b', 'c', 'f', 'math']"
    assert session.run("%who_ls int C").result == "['b', 'c']"
    assert session.run("names = %who_ls function\nnames").result == "['f']"
    assert session.run("if True:\n    names = %who_ls module\nnames").result == "['math']"


def test_whos_is_a_table(session: Session) -> None:
    session.run("alpha = 123; beta = 'two\\nlines'; gamma = [1, 2]; delta = {'x' * 100: 1}; epsilon = 'e' * 100_000")
    session.run("class Broken:\n    def __str__(self): return 1/0\nzeta = Broken()")
    assert session.run("%whos str int list dict Broken").printed.splitlines() == [
        "Variable   Type      Data/Info",
        "------------------------------",
        "alpha      int       123",
        "beta       str       two\\nlines",
        "delta      dict      n=1",
        "epsilon    str       eeeeeeeeeeeeeeeeeeeeeeeee<...>eeeeeeeeeeeeeeeeeeeeeeeee",
        "gamma      list      n=2",
        "zeta       Broken    <its text raised ZeroDivisionError>",
    ]
    assert session.run("%whos set").printed == "No variables match your requested type.\n"


def test_the_kernels_own_names_are_hidden_and_the_persons_are_not(session: Session) -> None:
    session.run("1")
    session.run("_private = __dunder = 1\nx = [display, In, Out, input]\nx = 1")
    session.run("%timeit -n1 -r1 1")
    session.run("%time y = 1")
    assert session.run("%who_ls").result == "['x', 'y']"
    session.run("In = Out = 5\ndef display(): pass\ndef input(): pass")
    assert session.run("%who_ls").result == "['In', 'Out', 'display', 'input', 'x', 'y']"


def test_inside_a_function_the_magic_says_that_it_sees_nothing(session: Session) -> None:
    assert "put the magic at the top level" in session.refusal("x = 1\ndef f():\n    %who\nf()")


def test_shadowed_builtins_do_no_harm(session: Session) -> None:
    session.run("str = len = sorted = type = locals = print = enumerate = 0")
    assert "len\t " in session.run("%who").printed
    assert session.run("%who_ls int").result == "['enumerate', 'len', 'locals', 'print', 'sorted', 'str', 'type']"


def test_types_are_only_text(session: Session) -> None:
    assert "no closing quotation" in session.refusal("%who '); print(1)")
    assert session.run("%who '\"); print(1)' \\' {x}").printed == "No variables match your requested type.\n"
