"""Pages of the funding room."""
