"""An identifier of another tenant in the body of a form opens nothing; test_pages shows that no choice offers one."""

import pytest

from tests.architecture.portal import Portal, person

pytestmark = pytest.mark.django_db


def forged(portal: Portal, route: str, member, subject, **data):
    """Post a form as a member, with fields that a person never typed."""
    return portal.ask(route, "POST", person("forger", member), subject, data=data)


def test_a_contract_is_not_drafted_on_the_project_of_another(portal):
    story = portal.story
    for other in (story.east.contract.health_project_id, story.sent_back.pk, story.west.contract.health_project_id):
        answer = forged(portal, "contracts:contract_draft", story.beside["Vallon"].president, None, project=other)
        assert (answer.status, answer.traces) == (404, 0)


def test_an_indicator_is_not_hung_on_the_action_of_another(portal):
    story = portal.story
    (subject,) = portal.subjects_of("indicators:indicator_create")
    action = story.east.closed_programme.missions.first().actions.get()
    data = {"label": "Un suivi", "usage": "FOLLOW_UP", "owner": "CPTS", "nature": "MEANS", "direction": "UP"}
    counts = {f"levels-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    answer = forged(
        portal, "indicators:indicator_create", subject.tenant.president, subject, action=action.pk, **data, **counts
    )
    assert (answer.status, answer.traces) == (200, 0)
    assert "action" in answer.form.errors


def test_a_programme_is_not_copied_from_another_tenant(portal):
    story = portal.story
    subject = portal.subjects_of("indicators:programme_copy")[0]
    subject.kwargs["source_pk"] = story.east.closed_programme.pk
    answer = forged(portal, "indicators:programme_copy", story.west.tenant.president, subject)
    assert (answer.status, answer.traces) == (404, 0)


def test_an_overlap_is_not_accepted_with_a_project_that_shares_nothing(portal):
    story = portal.story
    (subject,) = portal.subjects_of("health_projects:overlap_accept")
    for other in (story.east.contract.health_project_id, story.sent_back.pk):
        subject.kwargs["other"] = other
        answer = forged(
            portal, "health_projects:overlap_accept", story.west.tenant.ars_officer, subject, reason="Une raison."
        )
        assert (answer.status, answer.traces) == (404, 0)


def test_a_place_of_another_person_is_not_taken(portal):
    story = portal.story
    for other in (story.east.tenant.president, story.west.tenant.president, story.west.revoked):
        answer = forged(portal, "accounts:switch", story.west.tenant.reader, None, membership=other.pk)
        assert answer.status == 404


def test_what_a_form_does_not_have_is_not_written(portal):
    """Fields of the row that no form shows (status, parties, dates) are not taken from the body."""
    story = portal.story
    subject = portal.subjects_of("contracts:contract_edit")[0]
    row = {"status": "ACTIVE", "cpts": story.east.tenant.cpts.pk, "size": "4", "population": "900000"}
    answer = forged(portal, "contracts:contract_edit", subject.tenant.president, subject, **row)
    assert (answer.status, answer.traces) == (200, 0)
