"""Words of the contracts room."""

from core.enums import Status


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
