"""Words of the funding room."""

from core.enums import Status


class PaymentStatus(Status):
    """The lifecycle of a payment (design §3). FORECAST is derived from the engine, never stored."""

    FORECAST = "FORECAST", "Prévisionnel"
    DUE = "DUE", "Dû"
    ORDERED = "ORDERED", "Ordonné"
    PAID = "PAID", "Payé"
    OFFSET = "OFFSET", "Compensé"
    CANCELLED = "CANCELLED", "Annulé"

    @property
    def tone(self) -> str:
        return {"PAID": "ok", "OFFSET": "ok", "CANCELLED": "stop", "FORECAST": "off"}.get(self.value, "wait")
