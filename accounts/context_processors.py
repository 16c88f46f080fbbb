"""What every page knows of the person who looks at it."""

from django.conf import settings

from accounts.session_over import kept_for
from core import clock


def actor(request):
    """Return the actor, her organisations and the portal's date; the session is read only where it is shown."""
    return {
        "actor": getattr(request, "actor", None),
        "memberships": getattr(request, "memberships", []),
        "membership": getattr(request, "membership", None),
        "today": clock.today(),
        "written": lambda: kept_for(request),
        "is_demonstration": settings.DEMONSTRATION,
    }
