from django.db import migrations


def take_from_the_file(apps, schema_editor):
    """A piece joined a second time, before that was refused, keeps none: it is the first that counts."""
    joined = set()
    Evidence = apps.get_model("indicators", "Evidence")
    for piece in Evidence.objects.select_related("file").order_by("at", "pk").iterator():
        if (piece.value_id, piece.file.sha256) not in joined:
            joined.add((piece.value_id, piece.file.sha256))
            Evidence.objects.filter(pk=piece.pk).update(sha256=piece.file.sha256)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0007_evidence_sha256")]

    operations = [migrations.RunPython(take_from_the_file, migrations.RunPython.noop)]
