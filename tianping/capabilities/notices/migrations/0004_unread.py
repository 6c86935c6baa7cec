"""An index for what nobody has read yet: every page of the desk counts it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_contacts")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX notice_unread ON notice (jurisdiction, to_key, created_at DESC)"
            " WHERE channel = 'in_app' AND read_at IS NULL",
            "DROP INDEX notice_unread",
        )
    ]
