"""Model fields shared by the rooms."""

from django.db import models


class StatusField(models.CharField):
    """A CharField whose value is read back as a member of its enum, so that a page can ask `.label` and `.tone`."""

    def __init__(self, enum=None, **kwargs):
        self.enum = enum
        kwargs.setdefault("max_length", 32)
        if enum is not None:
            kwargs.setdefault("choices", enum.choices)
        super().__init__(**kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)

    def to_python(self, value):
        if value in (None, "") or isinstance(value, self.enum or ()):
            return value
        return self.enum(value)


class MoneyField(models.DecimalField):
    """Euros and cents."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs
