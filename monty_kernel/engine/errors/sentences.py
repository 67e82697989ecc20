"""The sentences that hints and notes consist of, with fields. They are data, since the kernel in the browser says the same."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # limits and workers
    "crashed": (
        "The process that ran the cell died. The code is not to blame: Monty crashed, or something stopped the process."
    ),
    "tightened": "This notebook tightened the limit itself, with %limits. To lift it, restart the kernel.",
    "more_allowed": (
        "To allow more {what}, start the kernel with {option}, or `monty-kernel run` with {flag}. %limits shows the limit."
    ),
    # syntax and shells
    "no_syntax": "Monty has no {} yet: write it in another way.",
    "no_commands": "Cells are Python, and there is no shell: {}",
    "percent": "Magics begin with a percent sign here: write %{}.",
    "no_installing": (
        "Nothing can be installed. The sandbox has only Monty's own modules, such as math, json, re and datetime."
    ),
    "no_dataclass_option": "Monty's {} has no {}= yet: leave it out.",
    "no_dataclass_order": "Monty's {} has no {}= yet: leave it out and sort with key=.",
    # modules and names
    "no_shell": (
        "Cells run in Monty, not in IPython: get_ipython() has little of the stock kernel's; %lsmagic lists the magics."
    ),
    "lacks": "There is no {1!r} in {0} here. {2}",
    "only_in_cells": (
        "A text that exec() or eval() runs cannot import {0!r}: write `import {0}` in the cell itself, and leave it out of the "
        "text."
    ),
    "of_ipython": "Of IPython the sandbox has the names of IPython and IPython.display, without what is below them.",
    "meant": "Did you mean {!r}?",
    "own_tools": "If it is a file of your own tools, start the kernel with --tools {}.py.",
    "by_hand": "Write what you need of it in a cell.",
    "no_module": "Monty, the sandbox, has no module {!r}, and none can be installed. {}",
    "names_there": "The sandbox has these names of {}: {}.",
    "no_member": "Python's {} has {!r}, but Monty's does not yet: {}",
    "otherwise": "write what it does by hand, or do without.",
    "other_exception": "use Exception, or another that is there.",
    "do_without": "do without.",
    "no_builtins_module": "Monty has no __builtins__: the built-in functions are there by their names.",
    "no_builtin": "Python has the built-in {!r}, but Monty does not yet: {}",
    # what asks the host
    "no_seed": "Monty seeds the module random with its first call: call random.random() before, on a line of its own.",
    "no_waiting_in_method": (
        "Monty cannot wait for the host inside {method}: call {asked} in an ordinary method, keep what it gives in an "
        "attribute, and use that in {method}."
    ),
    "no_waiting_in_builtin": "Monty cannot wait for the host inside a built-in function: {}.",
    "no_waiting": "Monty cannot wait for the host here: call {} in a loop or a comprehension.",
    "instead_of_map": "write a comprehension instead of map: [{} for item in items]",
    "instead_of_filter": "write a comprehension instead of filter: [item for item in items if {}]",
    "instead_of_key": "compute the keys first, as in keys = [{} for item in items]",
    "instead_of_iter": "write a while loop that calls it",
    # calls
    "lists": "Generator expressions, map(), zip() and similar functions give lists in Monty: {}",
    "perhaps_list": "If `{}` is from a generator expression, map(), zip() or the like, it is a list in Monty: {}",
    "iter_once": "write {0} = iter({0}) once, then next({0}).",
    "iter_here": "write next(iter(...)).",
    "no_json_option": "Monty's json.{}() has no {}= yet: convert the values {} it.",
    "no_argument": "Monty's {}() has no {}= yet: leave it out.",
    "no_partial_date": (
        "Monty's strptime() wants a day, a month and a year: put the missing ones in front of both texts, "
        "as in strptime('1 1 ' + text, '%d %m ' + format)."
    ),
    "foreign_digits": (
        "Monty makes numbers of the digits 0 to 9 only: unicodedata.digit(character) gives the value of another digit."
    ),
    "no_search_for_number": (
        "Monty looks for bytes only, not for their numbers: write the byte itself, as in data.find(b'a')."
    ),
    "no_patterns_of_bytes": "Monty's re takes texts only: make one of the bytes, as in data.decode().",
    "rows_into_files": (
        "Monty's sys.stdout and sys.stderr have no write(), which csv needs: write the rows into a file, and print that."
    ),
    "no_key": (
        "Monty's {} cannot be a key of a dict or an element of a set yet: keep it in a list, or use a text of it as the key."
    ),
    "few_encodings": "Monty knows only the encodings {}.",
    # attributes
    "no_error_parts": "An exception in Monty carries its message only: str(error) is 'what: line 1 column 2 (char 1)'.",
    "message_only": "An exception in Monty carries its message only: str(error) gives it.",
    "no_error_attribute": "An exception in Monty carries its message only, and has no {}: {}",
    "message_holds_all": "An exception in Monty carries its message only: put everything into that message.",
    "help_by_name": "Monty cannot pass on the methods of built-in values, not even to help(): write help({!r}).",
    "no_methods_on": (
        "Monty cannot pass on the methods of built-in values: "
        "call .{0}(...) here, or wrap it as in 'lambda value: thing.{0}(value)'."
    ),
    "methods_of_values": (
        "Monty has the methods of a built-in type only on its values: write value.{0}(), "
        "or 'lambda value: value.{0}()' to pass it on."
    ),
    "no_standard_methods": (
        "Monty's sys.stdout and sys.stderr have no methods yet: use print(text, end='', file=sys.stderr)."
    ),
    "no_file_attribute": "Python's files have {!r}, but Monty's do not yet: {}",
    "no_getattr": (
        "Monty does not call __getattr__ of your own classes yet: write a method such as get(name) and call it."
    ),
    "no_object_attribute": "Monty's objects and classes have no {} yet: {}",
    "use_operator": "use the operator or the built-in function that it stands for.",
    "no_function_attributes": (
        "Functions take no attributes in Monty yet: keep the value in a dict, or in an object of your own class."
    ),
    # special methods
    "uncalled": "Monty does not call {} of your own classes yet: {}.",
    "uncalled_to_iterate": "Monty does not call {} of your own classes to iterate yet: {}.",
    "perhaps_uncalled": "Monty does not call {} of your own classes yet: if {!r} defines it, {}.",
    "perhaps_uncalled_to_iterate": "Monty does not call {} of your own classes to iterate yet: if {!r} defines it, {}.",
    "instead_of_len": "write a method such as size() and call that",
    "instead_of_reversed": "reverse a list of its items",
    "instead_of_order": "compare a key instead, as in sorted(items, key=lambda item: item.name)",
    "instead_of_bytes": "write a method that returns the bytes and call that",
    "instead_of_items": "define __iter__, such as 'def __iter__(self): return iter(self.items)'",
    "instead_of_contains": "define __contains__",
    "instead_of_format": "write a method that returns the text and call it, as in f'{{value.formatted()}}'",
    "paths_unordered": (
        "Monty does not order paths yet: sort with key=lambda path: path.parts, or compare path.parts."
    ),
    "no_in_place": "Monty does not call __i{0}__ of your own classes yet: define __{0}__.",
    "no_bare_objects": "Monty makes no bare objects yet: write 'class Marker: pass' and use Marker().",
    "no_bytes_of_numbers": (
        "Monty makes no bytes from numbers yet: write bytes.fromhex(''.join(f'{{n:02x}}' for n in numbers))."
    ),
    "print_to_standard": (
        "Monty's print() writes only to sys.stdout and sys.stderr: for anything else call its .write(text)."
    ),
    "one_set": "Monty's {}.{}() takes one argument yet: call it for each, as in {}.",
    "no_set_update": "Monty's {}.{}() takes one argument yet: leave the call out.",
    "no_set": "Monty's {}.{}() takes one argument yet: write .copy().",
    "few_formats": (
        "Monty knows the format specifiers of numbers, texts and dates only, and calls no __format__: "
        "write a method that returns the text and call it, as in f'{{value.formatted()}}'."
    ),
    "builtin_for_alias": "Monty has the names of typing in annotations only: write {} for {}, as in {}.",
    "quoted_type": (
        "Monty has the names of typing in annotations only: "
        "put the type into quotes, or leave it out, since it changes nothing when code runs."
    ),
    # files and the environment
    "files_are_utf_8": "Monty's Path.read_text() and .write_text() have no encoding= yet: leave it out, since text is UTF-8.",
    "no_files": (
        "Code in the sandbox cannot open files of this computer, {!r} included: put the text into a cell, "
        "or ask for the folder with %mount."
    ),
    "no_folder": "Make its folder first: os.makedirs({!r}, exist_ok=True).",
    "unmounted": "Cells see no file of this computer until you let them: {}. %mounts lists what they see.",
    "mount_here": "`%mount . /data` asks for the notebook's folder, and then this file is '/data/{}'",
    "mount_named": "`%mount {} /data` asks for that folder, and then this file is '/data/{}'",
    "mount_folder": "`%mount . /data` asks for the notebook's folder, `%mount FOLDER /data` for another",
    "own_environment": (
        "The session's own os.environ, which is empty at first, is there in the text of cells: not in what exec() "
        "and eval() are given, and not on the left of |=, where os.environ.update(...) does the same."
    ),
    "no_machine": "{} needs the machine itself, which code in the sandbox cannot reach.",
    "no_variable": (
        "os.environ is the session's own and empty at first: code in the sandbox sees no environment variables of this "
        "computer. Set it in a cell, or ask for the value with getpass.getpass()."
    ),
    "no_encoding": (
        "Monty's open() reads and writes UTF-8 only. For ASCII it is the same; read other bytes with mode 'rb'."
    ),
    "no_argument_of_open": "Monty's open() has no {}= yet: leave it out.",
    # notes
    "restored": "The session is as it was before this cell.",
    "restored_to_action": "The session is as it was after this cell's %{}.",
    "worker_stopped": "The cell was computing, so its worker was stopped.",
    "worker_stopped_insistently": (
        "The cell caught KeyboardInterrupt and went on, so {} interrupts within {} seconds stopped its worker."
    ),
    "worker_ended": "Its worker was stopped.",
    "endless": "`{}` never ends, as Monty makes a list of it at once: write a for loop with a break.",
    "rest_is_there": "The rest of this import is there: {}.",
    "defined_here": "This is where {}() is defined. Monty does not say where it was called.",
    "loses_place": "Monty loses the place of an error that passes 'except' or 'finally'.",
    "perhaps_above": "Or it came from the try block above. {}",
    "calls_not_shown": "The calls inside it are not shown. {}",
    "from_this_block": "It came from this try block. {}",
    "was_interrupted": "was interrupted",
    "failed": "failed",
    "failed_with": "failed ({})",
    "at_line": "{} at `{}`",
    "still_before": "`{}` is still what it was before {}.",
    "may_come_from": "`{}` may have been to come from {}.",
    "came_from": "`{}` was to come from {}.",
    "cell_which": "{}, which {}",
    "cell_because": "{}, which failed because {} {}",
    "not_run_because": "a cell that did not run, because {} {}",
    "cannot_wait": "asks the host, which Monty cannot do inside a built-in function or a special method",
}
"""By what they are about. `{}` is a field, as in `str.format`."""


def say(key: str, *values: object, **named: object) -> str:
    """A sentence with its fields filled in."""
    return SENTENCES[key].format(*values, **named)
