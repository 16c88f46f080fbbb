"""The columns of the lists, by the kind of value that they show."""

from datetime import datetime
from decimal import Decimal

import django_tables2 as tables
from django.utils import timezone
from django.utils.text import capfirst
from django_tables2.utils import A

from core.money import CENT
from core.templatetags.portal import party_chip, pill, status_pill
from core.values import date_fr, datetime_fr, euros, integer_fr, percent_fr

# Columns that a tablet does without: what they say is on the page of the row, and in the export.
SPARE = {"cell": {"class": "spare"}}
SPARE_AMOUNT = {"cell": {"class": "amount spare"}}


class Column(tables.Column):
    """A column whose export is the value itself, and whose head starts with a capital."""

    def value(self, value):
        return value

    @property
    def header(self):
        return capfirst(self.verbose_name) if self.verbose_name else super().header


class TextColumn(Column):
    """Words."""


class LinkColumn(Column):
    """Words that lead to the page of the row: `LinkColumn("contracts:contract_detail")`, by its key."""

    def __init__(self, view_name: str, args=None, **kwargs):
        super().__init__(linkify=(view_name, [A("pk")] if args is None else list(args)), **kwargs)


class StatusColumn(Column):
    """The pill of a member of a lifecycle."""

    def render(self, record, bound_column):
        return status_pill(bound_column.accessor.resolve(record))

    def value(self, record, bound_column):
        status = bound_column.accessor.resolve(record)
        return str(getattr(status, "label", status or ""))


class PartyColumn(Column):
    """The chip of a side."""

    def render(self, record, bound_column):
        return party_chip(bound_column.accessor.resolve(record))

    def value(self, value):
        return str(value)


class EuroColumn(Column):
    """An amount, right-aligned; exported with its two decimals, whatever the database's sums look like."""

    attrs = {"cell": {"class": "amount"}}

    def render(self, value):
        return euros(value)

    def value(self, value):
        return Decimal(value).quantize(CENT)


class IntegerColumn(Column):
    """A whole number, right-aligned."""

    attrs = {"cell": {"class": "amount"}}

    def render(self, value):
        return integer_fr(value)


class PercentColumn(Column):
    """A rate (0.697), right-aligned as a percentage."""

    attrs = {"cell": {"class": "amount"}}

    def render(self, value):
        return percent_fr(value)


class DateColumn(Column):
    """A date, or a date and time, in words."""

    attrs = {"td": {"class": "nowrap"}}

    def render(self, value):
        return datetime_fr(value) if isinstance(value, datetime) else date_fr(value)

    def value(self, value):
        return timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value


class YesNoColumn(Column):
    """« Oui » or « Non »; `tones` colours them as pills."""

    def __init__(self, tones: tuple[str, str] | None = None, **kwargs):
        super().__init__(**kwargs)
        self.tones = tones

    def render(self, value):
        word = "Oui" if value else "Non"
        return pill(self.tones[0 if value else 1], word) if self.tones else word

    def value(self, value):
        return bool(value)
