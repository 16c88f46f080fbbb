"""Pages of the health projects room."""
