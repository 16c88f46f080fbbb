"""Writes of the health projects room. Each one: lock, permission, lifecycle, facts, trace, then the mails."""

from health_projects.actions.overlaps import (
    OVERLAP_READ,
    accept_overlap,
    overlapping_projects,
)
from health_projects.actions.review import (
    approve,
    approve_tacitly,
    oppose,
    resume,
    send_back,
    submit_project,
)
from health_projects.actions.writing import (
    add_communes,
    add_epci,
    comment_section,
    create_project,
    new_version,
    remove_communes,
    rename_project,
    save_section,
    set_agreed_population,
    set_communes,
    set_missions,
)

__all__ = [
    "OVERLAP_READ",
    "accept_overlap",
    "add_communes",
    "add_epci",
    "approve",
    "approve_tacitly",
    "comment_section",
    "create_project",
    "new_version",
    "oppose",
    "overlapping_projects",
    "remove_communes",
    "rename_project",
    "resume",
    "save_section",
    "send_back",
    "set_agreed_population",
    "set_communes",
    "set_missions",
    "submit_project",
]
