"""What happens by itself: silence approves (R5)."""

import logging

from celery import shared_task

from core import clock
from core.errors import DomainError
from core.sweeps import SWEEP_LIMITS, one_by_one
from health_projects import actions
from health_projects.models import HealthProject

logger = logging.getLogger(__name__)


@shared_task(**SWEEP_LIMITS)
def approve_tacitly() -> int:
    """Record the tacit approvals whose day has come; return how many. Running it again changes nothing."""
    return sum(one_by_one(HealthProject.objects.tacitly_approved_on(clock.today()), _approved))


def _approved(project: HealthProject) -> bool:
    """Approve a project; tell whether it still waited for it."""
    try:
        actions.approve_tacitly(project=project)
    except DomainError:  # decided meanwhile
        logger.info("tacit approval not needed", extra={"project": str(project.pk)})
        return False
    return True
