#!/usr/bin/env python
"""Command-line entry of the portal."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpts_portal.settings")
    if sys.argv[1:2] == ["simulate_funding"]:
        os.environ.setdefault("DEBUG", "1")  # pure arithmetic: it needs no secret key and no database
    execute_from_command_line(sys.argv)
