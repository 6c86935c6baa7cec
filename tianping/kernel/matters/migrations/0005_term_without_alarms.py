"""A term's `alarms` was never counted: `alarm_at` alone says which alarm comes next."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("matters", "0004_lists")]
    operations = [migrations.RemoveField("term", "alarms")]
