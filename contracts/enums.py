"""Words of the contracts room."""

from django.db import models

from core.enums import PARTIES, Side, Status


class ContractStatus(Status):
    """The lifecycle of a contract (design §3)."""

    DRAFT = "DRAFT", "En rédaction"
    NEGOTIATION = "NEGOTIATION", "En négociation"
    AGREED = "AGREED", "Convenu"
    SIGNING = "SIGNING", "En signature"
    ACTIVE = "ACTIVE", "En vigueur"
    EXPIRED = "EXPIRED", "Échu"
    TERMINATED = "TERMINATED", "Résilié"
    ABANDONED = "ABANDONED", "Abandonné"

    @property
    def tone(self) -> str:
        tones = {"ACTIVE": "ok", "TERMINATED": "stop", "DRAFT": "off", "EXPIRED": "off", "ABANDONED": "off"}
        return tones.get(self.value, "wait")


class SigningOrder(models.TextChoices):
    """Who signs before whom a contract, its amendments and its annexes: the three are equal, and agree on it."""

    TOGETHER = "TOGETHER", "Chaque partie quand elle le souhaite"
    CPTS_FIRST = "CPTS_FIRST", "La CPTS, puis l’ARS et la caisse"
    ARS_LAST = "ARS_LAST", "La CPTS et la caisse, puis l’ARS"
    IN_TURN = "IN_TURN", "La CPTS, puis la caisse, puis l’ARS"

    @property
    def words(self) -> str:
        """The order as it is written inside a sentence: « la CPTS, puis l’ARS et la caisse »."""
        return self.label[:1].lower() + self.label[1:]

    @property
    def steps(self) -> tuple[tuple[Side, ...], ...]:
        """The sides that sign at each step, one step after the other."""
        cpts, ars, fund = PARTIES
        return {
            "TOGETHER": (PARTIES,),
            "CPTS_FIRST": ((cpts,), (ars, fund)),
            "ARS_LAST": ((cpts, fund), (ars,)),
            "IN_TURN": ((cpts,), (fund,), (ars,)),
        }[self.value]


class TerminationGround(models.TextChoices):
    """Why a contract ends before its term (R19)."""

    NOTICE = "NOTICE", "Décision d’une partie, avec préavis"
    BREACH = "BREACH", "Manquement, après une mise en demeure"
    COMMON_ACCORD = "COMMON_ACCORD", "Commun accord des trois parties"
    CLOSURE = "CLOSURE", "Fin de la CPTS"


class AmendmentStatus(Status):
    """The lifecycle of a local amendment (design §3)."""

    DRAFT = "DRAFT", "En rédaction"
    AGREED = "AGREED", "Convenu"
    SIGNING = "SIGNING", "En signature"
    IN_FORCE = "IN_FORCE", "En vigueur"
    ABANDONED = "ABANDONED", "Abandonné"

    @property
    def tone(self) -> str:
        return {"IN_FORCE": "ok", "ABANDONED": "off"}.get(self.value, "wait")
