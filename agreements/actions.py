"""Loading of the national reference data. Idempotent: what an unchanged file brought is left as it is."""

from django.db import transaction

from agreements import catalogue
from agreements.agreement import Agreement
from agreements.models import (
    AgreementLine,
    AgreementMission,
    AgreementSize,
    AgreementSource,
    AgreementVersion,
    NationalIndicator,
    Pass,
)
from core.actor import SYSTEM
from core.audit import record


@transaction.atomic
def load_agreement(*, code: str) -> AgreementVersion:
    """Bring a version from its file into the database, and return it (R2).

    The same file loaded again changes nothing, so that a line confirmed in the back office stays confirmed;
    a file that changed replaces the rows. DomainError when the lines do not add up to the published totals.
    """
    digest = catalogue.digest(code)
    version = AgreementVersion.objects.select_for_update().filter(code=code).first()
    if version is not None and version.file_digest == digest:
        return version
    terms = catalogue.agreement(code)
    before = {"file_digest": version.file_digest} if version else None
    version = _save_version(version or AgreementVersion(code=code), terms, digest)
    _replace_rows(version, terms)
    record(
        SYSTEM,
        "agreement.loaded",
        version,
        before=before,
        after={"file_digest": digest, "takes_effect_on": terms.takes_effect_on},
    )
    return version


def load_agreements() -> list[AgreementVersion]:
    """Load every version that has a file."""
    return [load_agreement(code=code) for code in catalogue.codes()]


@transaction.atomic
def load_national_indicators() -> int:
    """Bring the national follow-up indicators into the database (R14); return how many were added.

    A row that exists stays as the back office left it.
    """
    added = 0
    for terms in catalogue.national_indicators():
        indicator, created = NationalIndicator.objects.get_or_create(
            code=terms.code,
            defaults={
                "mission_code": terms.mission,
                "label": terms.label,
                "direction": terms.direction,
                "unit": terms.unit,
                "data_source": terms.data_source,
                "owner": terms.owner,
                "counts_patients": terms.counts_patients,
                "note": terms.note,
            },
        )
        if created:
            record(SYSTEM, "national_indicator.loaded", indicator, after={"label": indicator.label})
            added += 1
    return added


@transaction.atomic
def load_passes() -> int:
    """Bring the social-security ceilings into the database (R20); return how many were added."""
    added = 0
    for terms in catalogue.passes():
        ceiling, created = Pass.objects.get_or_create(
            year=terms.year,
            defaults={"amount": terms.amount, "is_validated": terms.is_validated, "source": terms.source},
        )
        if created:
            record(SYSTEM, "pass.loaded", ceiling, after={"amount": ceiling.amount})
            added += 1
    return added


def _save_version(version: AgreementVersion, terms: Agreement, digest: str) -> AgreementVersion:
    bonus = terms.bonus
    version.label = terms.label
    version.takes_effect_on = terms.takes_effect_on
    version.effect_note = terms.effect_note
    version.population_floor = terms.population_floor
    version.advance_rate = terms.advance_rate
    version.bonus_rate = bonus.rate if bonus else None
    version.bonus_size = bonus.size if bonus else None
    version.bonus_members = bonus.members if bonus else None
    version.bonus_kinds = sorted(kind.value for kind in bonus.kinds) if bonus else []
    version.file_digest = digest
    version.save()
    return version


def _replace_rows(version: AgreementVersion, terms: Agreement) -> None:
    """Write the rows of a version. Missions are updated in place: other rooms may point at them."""
    version.lines.all().delete()
    version.sizes.all().delete()
    version.sources.all().delete()
    version.missions.exclude(code__in=[mission.code for mission in terms.missions]).delete()
    # Ranks are unique: move the old ones out of the way before the new ones are set.
    for offset, mission in enumerate(version.missions.all()):
        version.missions.filter(pk=mission.pk).update(order=1000 + offset)
    missions = {
        mission.code: AgreementMission.objects.update_or_create(
            version=version,
            code=mission.code,
            defaults={
                "label": mission.label,
                "is_core": mission.is_core,
                "order": mission.order,
                "starts_within_months": mission.starts_within_months,
                "deploys_within_months": mission.deploys_within_months,
            },
        )[0]
        for mission in terms.missions
    }
    AgreementSize.objects.bulk_create(AgreementSize(version=version, **vars(size)) for size in terms.sizes)
    AgreementSource.objects.bulk_create(AgreementSource(version=version, **vars(source)) for source in terms.sources)
    AgreementLine.objects.bulk_create(
        AgreementLine(version=version, **{**vars(line), "mission": missions.get(line.mission)}) for line in terms.lines
    )
