"""Figures become charts: the building of specifications, in plain Python."""
