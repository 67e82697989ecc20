"""What there is to know of a page when a test fails in it, so that a failure on another machine explains itself."""

from __future__ import annotations

import json

from playwright.sync_api import Error, Page

ANSWERS_WITHIN_MS = 10_000
_LONGEST = 20_000
_STATE = """async () => {
    const app = window.jupyterapp;
    const shown = selector => [...document.querySelectorAll(selector)].map(each => each.innerText);
    const inTime = promise => Promise.race([
        promise.catch(error => `failed: ${error}`), new Promise(late => setTimeout(late, 2000, 'no answer within 2 s'))
    ]);
    const ofContext = ({ session, kernelDisplayStatus, isReady, isTerminating, isRestarting, pendingInput }) => ({
        path: session?.path, kernel: session?.kernel?.id, status: session?.kernel?.status, connection: session?.kernel?.connectionStatus,
        kernelDisplayStatus, isReady, isTerminating, isRestarting, pendingInput
    });
    const ofWidget = widget => ({
        title: widget.title.label, visible: widget.isVisible, ...(widget.sessionContext && ofContext(widget.sessionContext))
    });
    return {
        address: location.href, visibility: document.visibilityState, focused: document.activeElement?.className,
        dialogs: shown('.jp-Dialog'), notifications: shown('.Toastify__toast'),
        ...(app && {
            restored: await inTime(app.restored.then(() => true)),
            onTop: app.shell.currentWidget?.title.label ?? null,
            main: [...app.shell.widgets('main')].map(ofWidget),
            sessions: [...app.serviceManager.sessions.running()].map(({ path, kernel }) => `${path}: ${kernel?.id} ${kernel?.execution_state}`),
            kernels: [...app.serviceManager.kernels.running()].map(({ id, execution_state }) => `${id} ${execution_state}`)
        }),
        prompts: shown('.jp-InputPrompt'),
        cells: shown('.jp-CodeCell'),
        locks: await inTime(navigator.locks.query()),
        databases: await inTime(indexedDB.databases()),
        storage: await inTime(navigator.storage.estimate())
    };
}"""


def account(page: Page) -> str:
    """The page as text: what it shows, its kernels and their state, its workers, locks and databases."""
    if page.is_closed():
        return "closed"
    try:
        # unlike `evaluate`, it gives up on a page that is stuck
        state = page.wait_for_function(_STATE, timeout=ANSWERS_WITHIN_MS).json_value()
        told = json.dumps(state, indent=1, ensure_ascii=False, default=str)
    except Error as error:
        told = f"no answer: {error.message}"
    workers = [worker.url for worker in page.workers]
    return f"{told[:_LONGEST]}\nworkers: {workers}"
