"""An empty list says what to do first, with its page, to who may do it; to the others, who does it."""

import pytest
from django.urls import reverse

from core.enums import Side
from tests.utils.factories import OrganisationFactory
from tests.utils.world import World

pytestmark = pytest.mark.django_db

# List, who may, the page of the first step, who may not, what is said to her.
LISTS = [
    ("health_projects:project_list", "coordinator", "health_projects:project_create", "reader", "La coordination ou"),
    ("health_projects:project_list", None, "", "ars_officer", "dès que sa CPTS, qui le rédige, l’envoie à l’ARS"),
    ("contracts:contract_list", "president", "contracts:contract_draft", "treasurer", "La coordination ou"),
    ("contracts:contract_list", None, "", "fund_officer", "dès que sa CPTS, qui le rédige"),
    ("dialogues:dialogue_list", "coordinator", "contracts:contract_list", "ars_officer", "que la CPTS ait rédigé"),
    ("funding:payment_list", "president", "contracts:contract_list", "accountant", "les trois parties aient signé"),
    ("funding:order_list", "accountant", "funding:order_create", "fund_officer", "La comptabilité de la caisse"),
]


def empty_part(page: str) -> str:
    """Return what the page shows in the place of its rows."""
    return page.split('<div class="empty">')[1].split("</div>")[0]


@pytest.mark.parametrize(("page", "who_may", "first_step", "other", "said"), LISTS)
def test_an_empty_list_tells_each_what_comes_first(world: World, client_of, page, who_may, first_step, other, said):
    if who_may:
        offered = empty_part(client_of(getattr(world.west, who_may)).get(reverse(page)).text)
        assert f'href="{reverse(first_step)}"' in offered
    told = empty_part(client_of(getattr(world.west, other)).get(reverse(page)).text)
    assert said in told and "href" not in told


def test_an_empty_portfolio_says_who_attaches_a_cpts(world: World, client_of):
    member = world.east.ars_officer
    member.organisation = OrganisationFactory(side=Side.ARS)
    member.save()
    told = empty_part(client_of(member).get(reverse("dashboards:portfolio")).text)
    assert "l’administration du portail la rattache" in told
