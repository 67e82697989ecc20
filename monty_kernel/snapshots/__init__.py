"""The history between cells: states to go back to, where they are kept, and what that may cost."""
