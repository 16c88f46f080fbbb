"""Each file stored as a state of a document says of which: the journal knows."""

from django.db import migrations

STATES = ("document.render", "document.sign")


def name_documents(apps, schema_editor):
    event, stored_file = apps.get_model("core", "AuditEvent"), apps.get_model("documents", "StoredFile")
    for document_id, after in event.objects.filter(action__in=STATES).values_list("object_id", "after"):
        stored_file.objects.filter(sha256=after["sha256"], document=None).update(document_id=document_id)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("documents", "0003_verification"),
    ]

    operations = [migrations.RunPython(name_documents, migrations.RunPython.noop)]
