"""The code that VS Code's Jupyter extension sends to a Python kernel unasked, around the person's cells.

Short quotations of what goes over the wire, from the extension's source (microsoft/vscode-jupyter, MIT licence); the long
scripts are cut down to the constructs that matter to a kernel. Where in the source each one is made:
`src/kernels/kernel.ts`, `kernelStartupCodeProvider.node.ts`, `chat/generator.ts`, `variables/`,
`platform/interpreter/variableScriptGenerator.ts`, `ipywidgets/scriptManager`, `standalone/api/kernels/backgroundExecution.ts`.
"""

from __future__ import annotations

FLAGS = {"silent": False, "store_history": False, "stop_on_error": False, "allow_stdin": True}
"""How it runs such code. It calls that silent, but it reads stdout, so the message's `silent` is false."""

USER_FLAGS = {"silent": False, "store_history": True, "stop_on_error": False, "allow_stdin": True}

WARM_COMPLETER = {"code": "__file__.", "cursor_pos": 9}

WIDGETS_VERSION = """\
try:
    import ipywidgets as _VSCODE_ipywidgets
    print("e976ee50-99ed-4aba-9b6b-9dcd5634d07d:IPyWidgets:" + _VSCODE_ipywidgets.__version__)
    del _VSCODE_ipywidgets
except:
    pass"""

WORKING_DIRECTORY = """\
import os as _VSCODE_os
import sys as _VSCODE_sys
%cd "/home/ada/notebooks"
if _VSCODE_os.getcwd() not in _VSCODE_sys.path:
    _VSCODE_sys.path.insert(0, _VSCODE_os.getcwd())

del _VSCODE_sys
del _VSCODE_os"""

NOTEBOOK_FILE = """\
__vsc_ipynb_file__ = "/home/ada/notebooks/visits.ipynb"
%config Completer.use_jedi = False"""

MATPLOTLIB = """\
try:
    import matplotlib
    %matplotlib inline
    _VSCode_defaultMatplotlib_Params = dict(matplotlib.rcParams)
{four_spaces}
    matplotlib.rcParams.update(_VSCode_defaultMatplotlib_Params)
except:
    print('Failed to initialize matplotlib startup code. Matplotlib might be missing.')""".replace(
    "{four_spaces}", " " * 4
)

CHAT = """
def __VSCODE_inject_module():

    def __VSCODE_on_chat_message(id, data):
        requests = {}
        if id in requests:
            requests[id](data)
            del requests[id]
        else:
            raise NotImplementedError(f"Callback not found for message {id}")

    import sys as __VSCODE_send_chat_message__sys
    import IPython as __VSCODE_send_chat_message__IPython
    chat = type(__VSCODE_send_chat_message__IPython)("chat")
    chat.__on_message = __VSCODE_on_chat_message
    __VSCODE_send_chat_message__sys.modules["vscode"] = type(__VSCODE_send_chat_message__IPython)("vscode")
    __VSCODE_send_chat_message__sys.modules["vscode"].chat = chat
    del __VSCODE_send_chat_message__sys
    del __VSCODE_send_chat_message__IPython


__VSCODE_inject_module()
del __VSCODE_inject_module
"""

RUN_CELL_HOOK = """\
import types as _VSCODE_types
import os
import hashlib as _VSCODE_hashlib
from IPython import get_ipython

__VSCODE_wrapped_run_cell = False

def __VSCODE_compute_hash(code, number=0):
    hash_digest = _VSCODE_hashlib.sha1(code.encode("utf-8")).hexdigest()
    return '<ipython-input-{0}-{1}>'.format(number, hash_digest[:12])

if (get_ipython() and get_ipython().run_cell and not __VSCODE_wrapped_run_cell):
    get_ipython().run_cell = _VSCODE_types.MethodType(get_ipython().run_cell.__func__, get_ipython())"""

EXECUTABLE = """
import os as _VSCODE_os
import sys as _VSCODE_sys
import builtins as _VSCODE_builtins

if _VSCODE_os.path.exists("/home/ada/.vscode/extensions/ms-toolsai.jupyter/dist/extension.node.js"):
    _VSCODE_builtins.print(f"EXECUTABLE{_VSCODE_sys.executable}EXECUTABLE")

del _VSCODE_os, _VSCODE_sys, _VSCODE_builtins
"""

WIDGET_SCRIPTS = """\
__vsc_nbextension_widgets = []
__vsc_file = ''
__vsc_nbextension_Folder = ''
import glob as _VSCODE_glob
import os as _VSCODE_os
import sys as _VSCODE_sys
try:
    __vsc_nbextension_Folder = _VSCODE_sys.prefix + _VSCODE_os.path.sep + 'share'
    for __vsc_file in _VSCODE_glob.glob(__vsc_nbextension_Folder + '*' +  _VSCODE_os.path.sep + 'extension.js'):
        __vsc_nbextension_widgets.append(__vsc_file.replace(__vsc_nbextension_Folder, ""))

    print(__vsc_nbextension_widgets)
except:
    pass

# We need to ensure these variables don't interfere with the variable viewer, hence delete them after use.
del _VSCODE_glob
del _VSCODE_os
del _VSCODE_sys
del __vsc_file
del __vsc_nbextension_Folder
del __vsc_nbextension_widgets"""

DELETE_DUMPED_CELLS = """\
import os as _VSCODE_os
_VSCODE_fileList = ["/tmp/ipykernel_1/2.py"]
for file in _VSCODE_fileList:
    try:
        _VSCODE_os.remove(file)
    except:
        pass
del _VSCODE_fileList
del _VSCODE_os"""

_GET_VARIABLE = """\
def _VSCODE_getVariable(what_to_get, is_debugging, *args):
    # Query Jupyter server for the info about a dataframe
    import json as _VSCODE_json
    import builtins as _VSCODE_builtins

    def _VSCODE_getVariableInfo(var):
        result = {}
        result["shape"] = ""
        result["count"] = 0
        result["type"] = _VSCODE_builtins.type(var).__name__
        return _VSCODE_builtins.print(_VSCODE_json.dumps(result))

    def _VSCODE_getVariableTypes(varnames):
        # Map with key: varname and value: vartype
        result = {}
        for name in varnames:
            try:
                vartype = _VSCODE_builtins.type(globals()[name])
                if _VSCODE_builtins.hasattr(vartype, "__name__"):
                    result[name] = vartype.__name__
            except _VSCODE_builtins.TypeError:
                pass
        if is_debugging:
            return _VSCODE_json.dumps(result)
        else:
            return _VSCODE_builtins.print(_VSCODE_json.dumps(result))

    try:
        if what_to_get == "info":
            return _VSCODE_getVariableInfo(*args)
        else:
            return _VSCODE_getVariableTypes(*args)
    finally:
        del _VSCODE_json
        del _VSCODE_builtins
"""

_FORGET = "try:\n    del {0}\nexcept:\n    pass"

VARIABLE_TYPES = (
    f"{_GET_VARIABLE}\n\n_VSCODE_rwho_ls = %who_ls\n"
    '_VSCODE_getVariable("types", False, _VSCODE_rwho_ls)\n\n'
    f"{_FORGET.format('_VSCODE_getVariable')}\n{_FORGET.format('_VSCODE_rwho_ls')}"
)

VARIABLE_INFO = (
    f'{_GET_VARIABLE}\n\n_VSCODE_getVariable("info", False, visits)\n\n{_FORGET.format("_VSCODE_getVariable")}'
)

_BACKGROUND = """\
def __jupyter_exec_background__():
    from IPython.display import display
    from ipykernel import __version__ as ipykernel_version
    from threading import Thread
    from traceback import format_exc

    # First send a dummy response to get the display id.
    # Later we'll send the real response with the actual data.
    # And that can happen much later even after the execution completes,
    # as that response will be sent from a bg thread.
    output = display({"application/vnd.vscode.bg.execution.0": ipykernel_version}, raw=True, display_id=True)

    def do_implementation():
        BODY

    def bg_main():
        try:
            output.update({"application/vnd.vscode.bg.execution.0.result": do_implementation()}, raw=True)
        except Exception as e:
            output.update({"application/vnd.vscode.bg.execution.0.error": format_exc()}, raw=True)


    Thread(target=bg_main, daemon=True).start()


__jupyter_exec_background__()
del __jupyter_exec_background__"""

VARIABLES_IN_BACKGROUND = _BACKGROUND.replace(
    "BODY",
    """import json
        class SafeRepr(object):
            locale_preferred_encoding = None
            def _repr_iter(self, obj):
                yield "..."
        def _VSCODE_getVariableDescriptions(varNames):
            return json.dumps([{"name": varName, "root": varName} for varName in varNames if varName in globals()])

        variables= %who_ls
        return _VSCODE_getVariableDescriptions(variables)""",
)

PACKAGES_IN_BACKGROUND = _BACKGROUND.replace(
    "BODY",
    """import subprocess
        proc = subprocess.Popen(["pip", "list", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        stdout, stderr = proc.communicate()
        return stdout""",
)

STARTUP = "\n".join([CHAT, WORKING_DIRECTORY, NOTEBOOK_FILE, MATPLOTLIB])
"""All startup code goes out as one cell, in this order."""

UNASKED: dict[str, str] = {
    "widgets version": WIDGETS_VERSION,
    "startup of a notebook": "\n".join([NOTEBOOK_FILE, MATPLOTLIB]),
    "startup of a notebook, 2024": "\n".join([CHAT, NOTEBOOK_FILE]),
    "startup with everything": STARTUP,
    "startup of an interactive window": "\n".join([RUN_CELL_HOOK, WORKING_DIRECTORY, NOTEBOOK_FILE]),
    "jedi off": "%config Completer.use_jedi = False",
    "executable": EXECUTABLE,
    "widget scripts": WIDGET_SCRIPTS,
    "delete dumped cells": DELETE_DUMPED_CELLS,
    "variables in the background": VARIABLES_IN_BACKGROUND,
    "packages in the background": PACKAGES_IN_BACKGROUND,
}
"""Each sent with `FLAGS`, each to be answered `ok` without a word."""

VARIABLES_VIEW: dict[str, str] = {"types": VARIABLE_TYPES, "info": VARIABLE_INFO}
"""Sent after every cell while the view is open. Reads JSON from stdout; nothing at all leaves the view empty."""
