"""The people of the demonstration: accounts, places, and second factors whose secrets are known."""

import base64
import hashlib
import time
from dataclasses import dataclass

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import encrypt
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.models import Membership, Organisation, User
from accounts.permissions import needs_second_factor
from core.enums import Role, Side
from demonstration.data import read

DOMAIN = "demo.test"  # a domain that cannot exist (RFC 2606): nothing leaves the demonstration
SHOWN_RECOVERY_CODES = 3


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as the demonstration shows it. `code` is empty for those who have no second factor."""

    user_id: int
    name: str
    email: str
    use: str
    places: tuple[str, ...]
    side: Side
    code: str = ""
    recovery_codes: tuple[str, ...] = ()


def password() -> str:
    """Return the password of every account, as the documentation gives it."""
    return read("people")["password"]


def address_of(name: str) -> str:
    """« Leïla Modèle » -> leila.modele@demo.test."""
    return f"{slugify(name).replace('-', '.')}@{DOMAIN}"


def secret_of(email: str) -> str:
    """Return the TOTP secret of an address: always the same, so that a phone keeps it from one start to the next."""
    return base64.b32encode(hashlib.sha256(f"demonstration {email}".encode()).digest()[:20]).decode()


def current_code(email: str, now: float | None = None) -> str:
    """Return the six digits that the phone of this person would show now."""
    counter = int(time.time() if now is None else now) // mfa_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(secret_of(email), counter))


def seconds_left(now: float | None = None) -> int:
    """Return for how many seconds the current codes are shown."""
    return mfa_settings.TOTP_PERIOD - int(time.time() if now is None else now) % mfa_settings.TOTP_PERIOD


def join(organisation: Organisation, person: dict, password_hash: str) -> Membership:
    """Give an invented person her account and her place; someone known keeps her account."""
    email = address_of(person["name"])
    first_name, _, last_name = person["name"].partition(" ")
    role = Role(person["role"])
    title = person.get("title") or titles_of_cpts()[role]
    user, _created = User.objects.get_or_create(
        email=email,
        defaults={
            "first_name": first_name,
            "last_name": last_name,
            "job_title": title,
            "password": password_hash,
            "is_staff": organisation.side == Side.BACK_OFFICE,
            "is_superuser": organisation.side == Side.BACK_OFFICE,
        },
    )
    if needs_second_factor(organisation.side, role):
        give_second_factor(user)
    return Membership.objects.create(user=user, organisation=organisation, role=role)


def titles_of_cpts() -> dict[Role, str]:
    return {
        Role.COORDINATOR: "Responsable de la coordination",
        Role.PRESIDENT: "Présidence",
        Role.TREASURER: "Trésorerie",
    }


def give_second_factor(user: User) -> None:
    """Give a TOTP device and recovery codes made from the address: a demonstration has no secret."""
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(secret_of(user.email))}}
    )
    seed = hashlib.sha256(f"recovery {user.email}".encode()).hexdigest()
    Authenticator.objects.get_or_create(
        user=user,
        type=Authenticator.Type.RECOVERY_CODES,
        defaults={"data": {"seed": encrypt(seed), "used_mask": 0}},
    )


def hashed_password() -> str:
    """Hash the common password once: sixty slow hashes of the same word would protect nothing."""
    return make_password(password())


def demonstration_users() -> QuerySet[User]:
    """Return the invented people, those one may sign in as with one click."""
    return User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True)


def accounts() -> dict[str, list[Account]]:
    """Return the accounts of the demonstration in three groups: « main », « also », « others »."""
    known = {account.email: account for account in _all_accounts()}
    people = read("people")
    chosen = {group: [known.pop(email) for email in people[group] if email in known] for group in ("main", "also")}
    return {**chosen, "others": list(known.values())}


def _all_accounts() -> list[Account]:
    users = demonstration_users().prefetch_related("memberships__organisation", "authenticator_set")
    return [_account(user, _uses()) for user in users.order_by("pk")]


def _account(user: User, uses: dict[str, str]) -> Account:
    memberships = list(user.memberships.all())
    by_type = {item.type: item for item in user.authenticator_set.all()}
    recovery = by_type.get(Authenticator.Type.RECOVERY_CODES)
    unused = RecoveryCodes(recovery).get_unused_codes() if recovery else []
    return Account(
        user_id=user.pk,
        name=user.get_full_name(),
        email=user.email,
        use=uses.get(user.email, ""),
        places=tuple(f"{item.get_role_display()}, {item.organisation}" for item in memberships),
        side=Side(memberships[0].organisation.side) if memberships else Side.SYSTEM,
        code=current_code(user.email) if Authenticator.Type.TOTP in by_type else "",
        recovery_codes=tuple(unused[:SHOWN_RECOVERY_CODES]),
    )


def _uses() -> dict[str, str]:
    """Return what each person is for: her own words, or the state of the dossier of her CPTS."""
    found: dict[str, list[str]] = {}
    for cpts in read("cpts"):
        for person in cpts["people"]:
            found.setdefault(address_of(person["name"]), []).append(cpts["note"])
    uses = {email: " ; ".join(dict.fromkeys(notes)) for email, notes in found.items()}
    for people in read("people")["authorities"].values():
        uses |= {address_of(person["name"]): person["use"] for person in people}
    return uses


def has_second_factor(user: User) -> bool:
    return user.authenticator_set.filter(type=Authenticator.Type.TOTP).exists()
