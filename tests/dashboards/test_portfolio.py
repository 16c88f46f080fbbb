"""The portfolio: who sees which CPTS, with which figures, filtered, sorted and exported alike."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Organisation
from agreements.models import AgreementVersion
from core.dates import add_months
from core.enums import Side
from core.spreadsheets import read_xlsx
from dashboards.portfolio import portfolio_of
from funding.enums import PaymentStatus
from funding.models import Payment
from tests.dashboards.conftest import add_dossiers
from tests.utils import stories
from tests.utils.factories import A_DAY, DepartmentFactory

URL = reverse("dashboards:portfolio")
READS = 12


def names(response) -> list[str]:
    return [row.record.name for row in response.context["table"].page.object_list]


class TestScope:
    def test_an_authority_sees_its_cpts_and_no_other(self, world, client_of):
        for place in ("ars_officer", "ars_signatory", "fund_officer", "accountant"):
            assert set(names(client_of(getattr(world.west, place)).get(URL))) == {
                world.west.cpts.name,
                world.neighbour.cpts.name,
            }
            assert names(client_of(getattr(world.east, place)).get(URL)) == [world.east.cpts.name]

    def test_an_observer_sees_all_of_them(self, world, client_of):
        shown = {row.record.pk for row in client_of(world.observer).get(URL).context["table"].page.object_list}
        assert {world.west.cpts.pk, world.neighbour.cpts.pk, world.east.cpts.pk} <= shown
        assert shown == set(Organisation.objects.filter(side=Side.CPTS).values_list("pk", flat=True))

    def test_a_cpts_and_the_back_office_have_no_portfolio(self, world, client_of):
        for member in (world.west.coordinator, world.west.president, world.administrator):
            assert client_of(member).get(URL).status_code == 403

    def test_a_draft_contract_is_not_shown_to_the_authorities(self, world, client_of):
        stories.drafted_contract(world.west)
        row = portfolio_of(world.west.ars_officer.as_actor(), A_DAY).get(pk=world.west.cpts.pk)
        assert (row.contract_id, row.state) == (None, "project:APPROVED")
        assert "Projet\u00a0: approuvé" in client_of(world.west.ars_officer).get(URL).content.decode()


class TestFigures:
    def test_a_row_says_where_the_contract_is(self, evaluated):
        with stories.at(add_months(stories.SIGNED_ON, 13)):
            today = add_months(stories.SIGNED_ON, 13)
            rows = portfolio_of(evaluated.world.west.ars_officer.as_actor(), today)
            row = rows.get(pk=evaluated.world.west.cpts.pk)
        stored = Payment.objects.filter(contract=evaluated.contract)
        assert (row.state, row.size, row.population) == ("contract:ACTIVE", 2, 65_000)
        assert (row.signed_on, row.contract_number) == (stories.SIGNED_ON, evaluated.contract.number)
        assert row.owed == sum(payment.amount for payment in stored if payment.status == PaymentStatus.DUE)
        assert row.paid == 0
        assert row.last_variable == evaluated.contract.statements.get().lines.get(kind="VARIABLE").amount
        assert row.is_late  # missions that should have started (R4)
        assert row.next_dialogue_on == add_months(stories.SIGNED_ON, 6)

    def test_what_is_engaged_is_the_published_amounts_of_its_size_and_missions(self, signed):
        row = portfolio_of(signed.world.west.ars_officer.as_actor(), A_DAY).get(pk=signed.world.west.cpts.pk)
        agreement = signed.contract.agreement_version.as_value()
        core = {mission.code for mission in agreement.missions if mission.is_core}
        lines = [line for line in agreement.lines_of(2) if line.mission is None or line.mission in core]
        counted = [line.amount for line in lines if line.kind not in ("CRISIS_EVENT", "PLAN_WRITTEN")]
        assert row.engaged == sum(counted)

    def test_r2_what_is_engaged_is_read_in_the_agreement_of_the_running_year(self, evaluated, db):
        actor, contract = evaluated.world.west.ars_officer.as_actor(), evaluated.contract
        day = add_months(stories.SIGNED_ON, 13)
        before = portfolio_of(actor, day).get(pk=evaluated.world.west.cpts.pk).engaged
        stories.amend_agreement(contract, "aci-2019", from_year=3)  # not yet
        assert portfolio_of(actor, day).get(pk=evaluated.world.west.cpts.pk).engaged == before
        contract.amendments.update(takes_effect_year=2)
        older = AgreementVersion.objects.with_rows().get(code="aci-2019").as_value()
        missions = {row.mission for row in contract.missions.all()}
        lines = [line for line in older.lines_of(2) if line.mission is None or line.mission in missions]
        counted = sum(line.amount for line in lines if line.kind not in ("CRISIS_EVENT", "PLAN_WRITTEN"))
        assert portfolio_of(actor, day).get(pk=evaluated.world.west.cpts.pk).engaged == counted != before

    def test_r18_a_mission_withdrawn_is_engaged_no_longer(self, evaluated, db):
        actor, contract = evaluated.world.west.ars_officer.as_actor(), evaluated.contract
        day = add_months(stories.SIGNED_ON, 13)
        before = portfolio_of(actor, day).get(pk=evaluated.world.west.cpts.pk).engaged
        contract.missions.filter(mission="PREVENTION").update(withdrawn_from=add_months(stories.SIGNED_ON, 12))
        agreement = contract.agreement_version.as_value()
        gone = sum(line.amount for line in agreement.lines_of(2) if line.mission == "PREVENTION")
        assert portfolio_of(actor, day).get(pk=evaluated.world.west.cpts.pk).engaged == before - gone

    def test_nothing_is_owed_before_a_signature(self, world):
        stories.negotiated_contract(world.west)
        row = portfolio_of(world.west.ars_officer.as_actor(), A_DAY).get(pk=world.west.cpts.pk)
        assert (row.state, row.owed, row.paid, row.engaged) == ("contract:NEGOTIATION", None, None, Decimal(0))

    def test_the_strip_adds_up_the_rows_that_the_filter_keeps(self, world, client_of):
        with stories.at(A_DAY):
            made = add_dossiers(world.west, 3, signed_on=A_DAY - timedelta(days=365))
            Payment.objects.filter(contract=made[0]).update(
                status="PAID", ordered_on=A_DAY, paid_on=A_DAY, reference="VIR-1"
            )
            client = client_of(world.west.fund_officer)
            whole = client.get(URL).context["summary"]
            one = client.get(URL, {"q": made[0].cpts.name}).context["summary"]
        assert (whole.in_force, whole.late) == (3, 3)
        assert (whole.owed, whole.paid) == (Decimal("120000.00"), Decimal("60000.00"))
        assert (one.in_force, one.owed, one.paid) == (1, Decimal(0), Decimal("60000.00"))
        assert whole.figure.rows[0][0] == "Taille 2 (3 contrats)"

    def test_htmx_receives_the_strip_beside_the_results(self, world, client_of):
        response = client_of(world.west.ars_officer).get(URL, headers={"HX-Request": "true", "HX-Target": "results"})
        text = response.content.decode()
        assert 'id="summary"' in text
        assert 'hx-swap-oob="true"' in text
        assert "<html" not in text


class TestFilters:
    @pytest.fixture
    def kept(self, world, client_of):
        department = DepartmentFactory(code="69", name="Rhône")
        world.west.cpts.departments.add(department)
        client = client_of(world.west.ars_officer)

        def ask(**data) -> list[str]:
            return names(client.get(URL, data))

        return ask

    def test_by_words_and_department(self, world, kept):
        assert kept(q="voisine") == kept(q="VOISÎNE") == [world.neighbour.cpts.name]
        assert kept(departement="69") == [world.west.cpts.name]

    def test_by_state_size_and_delay(self, world, kept):
        with stories.at(A_DAY):
            late = add_dossiers(world.west, 1, signed_on=A_DAY - timedelta(days=365))[0]
            stories.approved_project(world.west)
            assert kept(etat="contract:ACTIVE") == [late.cpts.name]
            assert kept(etat="project:APPROVED") == [world.west.cpts.name]
            assert set(kept(taille="2")) == {late.cpts.name, world.west.cpts.name}
            assert kept(retard="1") == [late.cpts.name]
            assert late.cpts.name not in kept(retard="0")

    def test_the_departments_offered_are_those_of_the_scope(self, world, kept, client_of):
        elsewhere = DepartmentFactory(code="75", name="Paris")
        world.east.cpts.departments.add(elsewhere)
        choices = client_of(world.west.ars_officer).get(URL).context["filter"].form.fields["departement"].queryset
        assert [department.code for department in choices] == ["69"]
        refused = client_of(world.west.ars_officer).get(URL, {"departement": "75"})
        assert world.east.cpts.name not in refused.content.decode()

    @pytest.mark.parametrize(
        "column",
        ["name", "state", "size", "population", "signed_on", "next_dialogue_on", "owed", "paid", "last_variable"],
    )
    def test_each_column_sorts_both_ways(self, world, client_of, column):
        with stories.at(A_DAY):
            add_dossiers(world.west, 2, signed_on=A_DAY - timedelta(days=40))
            client = client_of(world.west.ars_officer)
            for order in (column, f"-{column}"):
                assert len(names(client.get(URL, {"sort": order}))) == 4


class TestExport:
    def test_every_filtered_row_is_exported_with_plain_values(self, world, client_of):
        with stories.at(A_DAY):
            made = add_dossiers(world.west, 30, signed_on=A_DAY - timedelta(days=40))
            client = client_of(world.west.fund_officer)
            text = client.get(URL, {"_export": "csv", "etat": "contract:ACTIVE"}).content.decode("utf-8-sig")
            sheet = client.get(URL, {"_export": "xlsx"}).content
        heads, *rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ",")
        assert len(rows) == len(made) == 30
        row = dict(zip(heads, rows[0], strict=True))
        assert (row["CPTS"], row["Contrat"], row["État"]) == ("CPTS 000", made[0].number, "Contrat\u00a0: en vigueur")
        assert row["Année"] == "1"
        assert "<" not in text
        assert len(read_xlsx(io.BytesIO(sheet))) == 33

    def test_a_foreign_row_is_never_exported(self, world, client_of):
        text = client_of(world.east.ars_officer).get(URL, {"_export": "csv"}).content.decode("utf-8-sig")
        assert world.west.cpts.name not in text


@pytest.mark.parametrize("place", ["ars_officer", "fund_officer"])
def test_the_list_reads_as_much_for_twenty_rows_as_for_two(world, client_of, reads, place):
    with stories.at(A_DAY):
        add_dossiers(world.west, 2, signed_on=A_DAY - timedelta(days=40))
        client = client_of(getattr(world.west, place))
        with reads() as few:
            client.get(URL)
        add_dossiers(world.west, 18, signed_on=A_DAY - timedelta(days=40), start=2)
        with reads() as many:
            client.get(URL)
    assert len(many) == len(few) <= READS
