"""What the pages of funding may reach of the contracts room."""

from django.shortcuts import get_object_or_404

from contracts.models import Contract


def signed_contract_of(request, pk) -> Contract:
    """Return a signed contract in the actor's scope, or answer 404."""
    return get_object_or_404(Contract.objects.visible_to(request.actor).signed().for_funding(), pk=pk)
