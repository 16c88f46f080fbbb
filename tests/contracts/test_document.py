"""The document of the contract: what it is made from, what it says."""

import json
import subprocess
from decimal import Decimal

import pytest

from contracts import actions, assemblers
from contracts.enums import SigningOrder
from contracts.models import Contract
from core.fingerprints import fingerprint
from documents import storage
from tests.contracts.conftest import consent_all, ready_to_consent
from tests.utils.reading import plain

pytestmark = pytest.mark.django_db


def text_of(contract: Contract, tmp_path) -> str:
    path = tmp_path / "contract.pdf"
    path.write_bytes(storage.read(contract.document.file))
    found = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    return " ".join(found.split())


def test_the_contract_says_its_parties_its_articles_and_its_own_amounts(world, tmp_path):
    contract = ready_to_consent(world.west)
    actions.update_contract(
        actor=world.west.coordinator.as_actor(),
        contract=contract,
        version=contract.lock_version,
        local_clauses="Une permanence <commune> est tenue.\n\nLes données sont transmises en janvier.",
        signing_order=SigningOrder.TOGETHER,
        member_count=40,
        missions=[(row.mission, row.planned_start) for row in contract.missions.all()],
    )
    contract = consent_all(world.west, Contract.objects.get(pk=contract.pk))
    text = text_of(contract, tmp_path)
    for words in (
        "CPTS Ouest",
        "ARS Ouest",
        "CPAM Ouest",
        contract.number,
        contract.document.code,
        "Article 1er",
        "Clauses locales",
        "Une permanence <commune> est tenue.",
        "Les données sont transmises en janvier.",
        "Trame à valider",
        "répartition à confirmer",
        "Annexe 1 – Territoire et population",
        "Annexe 2 – Missions et calendrier",
        "Annexe 3 – Programme et indicateurs",
        "Annexe 4 – Annexe financière",
        "Ouest centre",
        "Réunions tenues, Prévention",
    ):
        assert words in text, words
    assert "taille 2" in text
    assert "90 000,00" not in plain(text)  # the operating grant of taille 4


def test_the_payload_is_plain_json_and_holds_what_was_agreed(world, signing):
    payload = signing.document.payload
    assert json.loads(json.dumps(payload)) == payload
    assert fingerprint(payload["content"]) == signing.agreed_hash
    assert "{" not in json.dumps(payload["articles"], ensure_ascii=False).replace('{"', "")


def test_the_forecast_adds_up_to_two_years_of_amounts_paid_in_full(signing):
    days = signing.document.payload["schedule"]["days"]
    lines = [line["amount"] for day in days for line in day["lines"]]

    def euros(text: str) -> Decimal:
        return Decimal(text.replace("\u202f", "").replace("\u00a0€", "").replace(",", "."))

    assert sum(map(euros, lines)) == sum(euros(day["total"]) for day in days)
    assert euros(days[0]["total"]) == Decimal("60000.00")  # R6: the operating grant of year 1, in full


def test_the_hash_of_the_content_does_not_depend_on_the_day_nor_on_the_order_of_rows(world, negotiated):
    content = assemblers.contract_content(negotiated)
    shuffled = dict(reversed(list(content.items())))
    assert fingerprint(shuffled) == fingerprint(content) == assemblers.content_hash(negotiated)


def test_the_longest_name_of_a_cpts_fits_in_the_title(world):
    world.west.cpts.name = "CPTS " + "é" * 195
    world.west.cpts.save()
    contract = consent_all(world.west, ready_to_consent(world.west))
    assert contract.document.title == f"Contrat {contract.number} de la {world.west.cpts.name}"
