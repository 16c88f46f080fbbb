"""Mails of the health projects room: one function an event."""

from accounts.models import Organisation
from accounts.notifications import addresses_of
from core.enums import Role
from core.mails import send_mail
from health_projects.assemblers import shared_territories
from health_projects.models import HealthProject

REVIEWERS = (Role.OFFICER, Role.SIGNATORY)
WRITERS = (Role.COORDINATOR, Role.PRESIDENT)


def project_submitted(project: HealthProject) -> None:
    """Tell the ARS that a decision is awaited, and the fund that it may read the project."""
    to = addresses_of(project.cpts.ars, project.cpts.fund, roles=REVIEWERS)
    _send("project_submitted", project, to)


def territory_shared(project: HealthProject) -> None:
    """Tell each CPTS that shares communes which ones they are (R1): the name and the communes, nothing else."""
    for row in shared_territories(project):
        other = Organisation.objects.get(health_projects=row.other)
        _send("territory_shared", project, addresses_of(other, roles=WRITERS), overlap=row)


def project_sent_back(project: HealthProject, reason: str) -> None:
    _send("project_sent_back", project, _writers(project), reason=reason)


def project_approved(project: HealthProject) -> None:
    _send("project_approved", project, _writers(project))


def project_approved_tacitly(project: HealthProject) -> None:
    """Tell the CPTS and the ARS: silence decided (R5)."""
    reviewers = addresses_of(project.cpts.ars, roles=REVIEWERS)
    _send("project_approved_tacitly", project, [*_writers(project), *reviewers])


def project_opposed(project: HealthProject, reason: str) -> None:
    _send("project_opposed", project, _writers(project), reason=reason)


def _writers(project: HealthProject) -> list[str]:
    return addresses_of(project.cpts, roles=WRITERS)


def _send(event: str, project: HealthProject, to: list[str], **context) -> None:
    send_mail(f"health_projects/emails/{event}", to=to, context={"project": project, **context})
