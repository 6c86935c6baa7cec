"""Lists that a person keeps for themselves."""

import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0002_accounts")]
    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("pk", models.CompositePrimaryKey("jurisdiction", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("jurisdiction", models.CharField(max_length=12)),
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7)),
                ("user_id", models.UUIDField()),
                ("name", models.CharField(max_length=12)),
                ("address", models.CharField(max_length=1000)),
            ],
            options={
                "db_table": "saved_filter",
                "constraints": [
                    models.UniqueConstraint(fields=("jurisdiction", "user_id", "name"), name="saved_filter_name")
                ],
            },
        ),
    ]
