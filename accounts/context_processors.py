"""What every page knows of the person who looks at it."""

from django.conf import settings

from core import clock


def actor(request):
    """Return the actor, her organisations and the portal's date."""
    return {
        "actor": getattr(request, "actor", None),
        "memberships": getattr(request, "memberships", []),
        "membership": getattr(request, "membership", None),
        "today": clock.today(),
        "is_demonstration": settings.DEMONSTRATION,
    }
