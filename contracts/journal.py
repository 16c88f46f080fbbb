"""What the codes of this room mean in the journal (core.journal)."""

from agreements.enums import MissionCode
from contracts.enums import AmendmentStatus
from contracts.lifecycle import AMENDMENT_WORDS
from contracts.lifecycle import WORDS as TRANSITION_WORDS

WORDS = {
    "contract.agree_termination": "a donné son accord sur la fin du contrat",
    "contract.consent": "a consenti au contenu du contrat",
    "contract.consent_to_amendment": "a consenti à un avenant",
    "contract.declare_compensation": "a déclaré le montant réel de la compensation",
    "contract.declare_crisis": "a déclaré une crise sanitaire",
    "contract.draft": "a commencé la rédaction d’un contrat",
    "contract.draft_amendment": "a commencé la rédaction d’un avenant",
    "contract.open_year": "a ouvert une année contractuelle",
    "contract.record_planning": "a noté la clôture du dialogue de signature",
    "contract.record_settlement": "a soldé la dernière année du contrat",
    "contract.set_termination_rates": "a proposé les taux de l’année interrompue",
    "contract.set_year_members": "a noté le nombre d’adhérents de l’année",
    "contract.set_year_size": "a noté la taille de l’année",
    "contract.sign": "a signé le contrat",
    "contract.sign_amendment": "a signé un avenant",
    "contract.start_line": "a noté le début d’une enveloppe de soins non programmés",
    "contract.start_mission": "a démarré une mission",
    "contract.update": "a modifié le contrat",
    "contract.update_amendment": "a modifié un avenant",
    "termination.notify": "a notifié la fin du contrat",
    "termination.set_rates": "a noté les taux de l’année interrompue",
    "wording.adopt": "a adopté une rédaction des clauses",
    "wording.validate": "a validé une rédaction des clauses",
    **{f"contract.{transition.value}": words for transition, words in TRANSITION_WORDS.items()},
    **{f"contract.amendment_{change.value}": words for change, words in AMENDMENT_WORDS.items()},
}
FIELDS = {
    "added": "ajouts",
    "amount": "montant (€)",
    "closed_on": "dialogue clos le",
    "content_hash": "empreinte du contenu",
    "declared_on": "déclarée le",
    "document": "document",
    "dropped": "retraits",
    "kind": "nature",
    "label": "intitulé",
    "members": "adhérents",
    "mission": "mission",
    "new_population": "nouvelle population",
    "new_size": "nouvelle taille",
    "project": "projet de santé",
    "rewrites_clauses": "réécrit les clauses",
    "settled_on": "soldé le",
    "starts_on": "démarrage",
    "takes_effect_year": "année d’effet",
    "updates_parties": "met à jour les parties",
    "year": "année contractuelle",
    **{f"start_{code}": f"démarrage prévu, {label}" for code, label in MissionCode.choices},
}
VALUES = {"dropped": dict(MissionCode.choices), "status": dict(AmendmentStatus.choices)}
