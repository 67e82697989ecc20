"""What stands between a cell's outputs and the person's browser and terminal: nothing that it lets through runs or loads anything."""
