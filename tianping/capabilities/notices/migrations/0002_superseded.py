"""An index for the text messages of a matter that still wait: each step asks which of them it makes out of date."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX notice_superseded ON notice (jurisdiction, matter_id) WHERE state = 'waiting' AND channel = 'sms'",
            "DROP INDEX notice_superseded",
        )
    ]
