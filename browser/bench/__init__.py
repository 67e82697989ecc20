"""`python -m browser.bench`: the kernel in the browser against Pyodide's, in Chromium."""
