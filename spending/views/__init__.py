"""Pages of the spending room."""
