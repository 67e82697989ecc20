"""Folders and files that are safe to write: private to the person, whole or not there."""
