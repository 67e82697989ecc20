"""The kernel in Chromium, in a site as `jupyter lite build` makes it."""
