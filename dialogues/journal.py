"""What the codes of this room mean in the journal (core.journal)."""

from dialogues.lifecycle import Transition

WORDS = {
    "annex.in_force": "a mis une annexe annuelle en vigueur par la dernière signature",
    "annex.issue": "a émis une annexe annuelle",
    "annex.refuse": "a refusé de signer une annexe annuelle",
    "annex.send_again": "a renvoyé une annexe annuelle à la signature",
    "dialogue.approve": "a approuvé le compte rendu",
    "dialogue.call": "a demandé un dialogue extraordinaire",
    "dialogue.plan": "a inscrit un dialogue au calendrier",
    "dialogue.write": "a écrit dans le compte rendu",
    f"dialogue.{Transition.CONVENE}": "a convoqué les parties à un dialogue",
    f"dialogue.{Transition.HOLD}": "a noté la tenue d’un dialogue",
    f"dialogue.{Transition.SEND_MINUTES}": "a envoyé le compte rendu à l’approbation",
    f"dialogue.{Transition.REOPEN_MINUTES}": "a repris le compte rendu",
    f"dialogue.{Transition.CLOSE}": "a donné la troisième approbation, qui clôt le dialogue",
    f"dialogue.{Transition.REVISE}": "a rouvert un dialogue clos pour une révision",
}
