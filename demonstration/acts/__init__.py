"""What the people of the demonstration do, in the order of a file: each act calls the actions of the rooms."""
