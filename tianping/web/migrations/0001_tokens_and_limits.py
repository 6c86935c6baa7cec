"""Tokens of programs and the counters of visits. The application adds tokens and marks them; it never rewrites one."""

import django.contrib.postgres.fields
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [("matters", "0002_rights")]  # the application's role

    operations = [
        migrations.CreateModel(
            name='RateWindow',
            fields=[
                ('key', models.BinaryField(primary_key=True, serialize=False)),
                ('ends_at', models.DateTimeField(db_index=True)),
                ('hits', models.IntegerField()),
            ],
            options={
                'db_table': 'rate_window',
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('pk', models.CompositePrimaryKey('jurisdiction', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('jurisdiction', models.CharField(max_length=12)),
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7)),
                ('digest', models.BinaryField(unique=True)),
                ('user_id', models.UUIDField()),
                ('name', models.CharField(max_length=80)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('post_id', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'api_token',
                'indexes': [models.Index(fields=['jurisdiction', 'user_id'], name='api_token_user')],
            },
        ),
        migrations.RunSQL(
            """ALTER TABLE rate_window SET UNLOGGED;
            REVOKE UPDATE, DELETE ON api_token FROM tianping_app;
            GRANT UPDATE (revoked_at, last_used_at) ON api_token TO tianping_app;""",
            migrations.RunSQL.noop,
        ),
    ]
