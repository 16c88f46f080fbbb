"""The whole path as a person plays it: who does what, in order."""

from dataclasses import dataclass

from accounts.models import User
from demonstration.data import read


@dataclass(frozen=True, kw_only=True)
class Player:
    """Someone to sign in as."""

    user_id: int
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the path, with those who play it."""

    title: str
    players: tuple[Player, ...]
    lines: tuple[str, ...]


def steps() -> list[Step]:
    """Return the steps of the path; a person who is not there is left out."""
    users = {user.email: user for user in User.objects.filter(email__in=_addresses())}
    roles = read("guide")["roles"]
    return [
        Step(
            title=row["title"],
            lines=tuple(row["lines"]),
            players=tuple(
                Player(user_id=users[email].pk, name=users[email].get_full_name(), role=roles[email])
                for email in row["players"]
                if email in users
            ),
        )
        for row in read("guide")["steps"]
    ]


def _addresses() -> set[str]:
    return set(read("guide")["roles"])
