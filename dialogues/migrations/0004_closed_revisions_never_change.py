from django.db import migrations

from core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0003_closed_revisions")]
    operations = [append_only("dialogues_closedrevision")]
