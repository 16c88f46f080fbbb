"""The story of the architecture tests, told once for all of them, then undone."""

import pytest
from django.db import transaction

from agreements.actions import load_agreements, load_national_indicators
from agreements.models import AgreementVersion
from core.enums import Role, Side
from tests.architecture.portal import Portal
from tests.architecture.story import make_story
from tests.utils.factories import MembershipFactory, OrganisationFactory


@pytest.fixture(scope="package")
def portal(django_db_setup, django_db_blocker):
    """The portal in which the story is played: anyone may ask it anything, nothing stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        if not AgreementVersion.objects.exists():  # a test that empties the database ran before
            load_agreements()
            load_national_indicators()
        observer = MembershipFactory(organisation=OrganisationFactory(side=Side.NATIONAL), role=Role.OBSERVER)
        back_office = OrganisationFactory(side=Side.BACK_OFFICE)
        administrator = MembershipFactory(organisation=back_office, role=Role.ADMINISTRATOR)
        yield Portal(make_story(observer, administrator))
        transaction.set_rollback(True)
