"""What can go wrong in the domain, each with a sentence a person can read."""


class DomainError(Exception):
    """A rule refuses: `message` is a French sentence, `field` the form field it belongs to, if any."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(DomainError):
    """The person sees the object but may not do this: 403."""


class TransitionNotAllowed(DomainError):
    """The state of the object does not allow this."""


class StaleForm(DomainError):
    """Someone else saved meanwhile: `current` holds what is stored now."""

    code = "stale"  # of the error that the comparison says itself: the summary of a form leaves it out

    def __init__(self, message: str, *, current: dict):
        super().__init__(message)
        self.current = current
