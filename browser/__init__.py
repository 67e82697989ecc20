"""The kernel in the browser. What of it is Python makes data at build time and tests it."""
