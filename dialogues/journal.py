"""What the codes of this room mean in the journal (core.journal)."""

from dialogues.lifecycle import APPROVED
from dialogues.lifecycle import WORDS as TRANSITION_WORDS

WORDS = {
    "annex.in_force": "a mis une annexe annuelle en vigueur par la dernière signature",
    "annex.issue": "a émis une annexe annuelle",
    "annex.refuse": "a refusé de signer une annexe annuelle",
    "annex.send_again": "a renvoyé une annexe annuelle à la signature",
    "dialogue.approve": APPROVED,
    "dialogue.call": "a demandé un dialogue extraordinaire",
    "dialogue.plan": "a inscrit un dialogue au calendrier",
    "dialogue.write": "a écrit dans le compte rendu",
    **{f"dialogue.{transition}": words for transition, words in TRANSITION_WORDS.items()},
}
