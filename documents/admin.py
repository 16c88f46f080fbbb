"""Back office of the documents room: the inventories of the store, to look at."""

from django.contrib import admin
from django.db.models import Count, Q

from core.admin import ReadOnlyAdmin
from documents.enums import FaultKind
from documents.models import Inventory, InventoryFault


class FaultInline(admin.TabularInline):
    model = InventoryFault
    fields = ["kind", "path"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Inventory)
class InventoryAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "ended_at", "job_state", "examined", "missing", "altered", "orphans"]
    fields = ["started_at", "ended_at", "job_state", "examined"]
    inlines = [FaultInline]

    def get_queryset(self, request):
        counts = {kind.value.lower(): Count("faults", filter=Q(faults__kind=kind)) for kind in FaultKind}
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="manquants", ordering="missing")
    def missing(self, inventory):
        return inventory.missing

    @admin.display(description="modifiés", ordering="altered")
    def altered(self, inventory):
        return inventory.altered

    @admin.display(description="sans propriétaire", ordering="orphan")
    def orphans(self, inventory):
        return inventory.orphan
