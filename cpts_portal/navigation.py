"""The main entries of each side."""

from django.urls import reverse

from core.enums import PARTIES, Role, Side

CPTS_ENTRIES = [
    ("Accueil", "dashboards:home"),
    ("Projet de santé", "health_projects:project_list"),
    ("Contrat", "contracts:contract_list"),
    ("Dialogues", "dialogues:dialogue_list"),
    ("Versements", "funding:payment_list"),
]
AUTHORITY_ENTRIES = [
    ("Accueil", "dashboards:home"),
    ("Portefeuille", "dashboards:portfolio"),
    ("Projets de santé", "health_projects:project_list"),
    ("Contrats", "contracts:contract_list"),
    ("Dialogues", "dialogues:dialogue_list"),
    ("Versements", "funding:payment_list"),
]
NATIONAL_ENTRIES = [
    ("Accueil", "dashboards:home"),
    ("Portefeuille national", "dashboards:portfolio"),
    ("Dialogues", "dialogues:dialogue_list"),
    ("Versements", "funding:payment_list"),
]
ENTRIES = {
    Side.CPTS: CPTS_ENTRIES,
    Side.ARS: AUTHORITY_ENTRIES,
    Side.FUND: AUTHORITY_ENTRIES,
    Side.NATIONAL: NATIONAL_ENTRIES,
    Side.BACK_OFFICE: [("Accueil", "dashboards:home")],
}


def navigation(request):
    """Return `navigation`: the (label, address, is current) of the entries of the actor's side; and `team_pages`, the
    (label, address) that the page of the team leads to in the rooms above its own."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"navigation": [], "team_pages": []}
    entries = [(label, reverse(name)) for label, name in ENTRIES.get(actor.side, [])]
    if actor.side == Side.BACK_OFFICE and actor.role == Role.ADMINISTRATOR:
        entries.append(("Administration", reverse("admin:index")))
    if actor.organisation_id:
        entries.append(("Équipe", reverse("accounts:team")))
    here = current_entry(request.path, [address for _label, address in entries])
    return {
        "navigation": [(label, address, address == here) for label, address in entries],
        "team_pages": [("Délégations", reverse("documents:delegation_list"))] if actor.side in PARTIES else [],
    }


def current_entry(path: str, addresses: list[str]) -> str | None:
    """Return the longest address that begins `path`; the home page only for itself."""
    matches = [address for address in addresses if path.startswith(address) and (address != "/" or path == "/")]
    return max(matches, key=len, default=None)
