"""The demonstration loads on the embedded database too: some of its stories are enough to say so."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from accounts.management.commands.load_reference_data import Command as LoadReferenceData
from contracts.models import Contract
from core import journal
from core.models import AuditEvent
from demonstration.cast import is_loaded
from demonstration.loading import load
from dialogues.models import AnnualAnnex

SHORT_STORIES = ["coteaux-ocres", "embruns", "genets"]


def names_kept(entry: AuditEvent) -> set[str]:
    """Return the names of what an entry keeps beside the fields of its object: they need a French name."""
    fields = {field.name for field in apps.get_model(entry.object_type)._meta.concrete_fields}
    return ((entry.before or {}).keys() | (entry.after or {}).keys()) - fields


@pytest.mark.django_db
def test_the_demonstration_loads_and_its_journal_holds():
    with transaction.atomic():
        LoadReferenceData().execute(verbosity=0, no_color=True, force_color=False, skip_checks=True)
        load(only=SHORT_STORIES)
    assert is_loaded() and load() is None
    annex = AnnualAnnex.objects.select_related("document").get()
    assert annex.document.is_ready and Contract.objects.signed().get() == annex.contract
    call_command("verify_audit_chain", verbosity=0)
    assert {key for entry in AuditEvent.objects.all() for key in names_kept(entry)} - journal.names().keys() == set()
