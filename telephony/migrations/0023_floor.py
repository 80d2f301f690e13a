import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telephony", "0022_numbers_outside_and_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='AlertTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('waiting_over', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(9999)], verbose_name='more callers waiting than')),
                ('expected_wait_over', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(7200)], verbose_name='expected wait over (seconds)')),
                ('longest_wait_over', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(7200)], verbose_name='longest wait over (seconds)')),
                ('service_level_under', models.PositiveSmallIntegerField(blank=True, help_text='Judged from 20 callers on.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='service level today under (percent)')),
                ('rings_when_nobody', models.BooleanField(default=True, verbose_name='callers wait and nobody is ready')),
                ('queue', models.OneToOneField(blank=True, help_text='Empty: for every queue without limits of its own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alert_terms', to='telephony.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'limits of a queue',
                'verbose_name_plural': 'limits of queues',
                'ordering': ['queue__name'],
                'constraints': [models.UniqueConstraint(fields=('queue',), name='one_set_of_limits_per_queue', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='FloorChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField(blank=True, null=True, verbose_name='before')),
                ('after', models.JSONField(blank=True, null=True, verbose_name='after')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('made_by', models.CharField(blank=True, default='', max_length=120, verbose_name='made by')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='floor_changes', to='telephony.agent', verbose_name='agent')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='telephony.queue', verbose_name='queue')),
                ('skill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='telephony.skill', verbose_name='skill')),
            ],
            options={
                'verbose_name': 'move on the floor',
                'verbose_name_plural': 'moves on the floor',
                'ordering': ['-made_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None), ('until__isnull', False)), fields=['until'], name='moves_that_end')],
            },
        ),
        migrations.CreateModel(
            name='FloorView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(blank=True, default='', max_length=1000, verbose_name='filters')),
                ('is_default', models.BooleanField(default=False, verbose_name='opened first')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'view of the floor',
                'verbose_name_plural': 'views of the floor',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('member', 'name'), name='one_floor_view_of_a_name'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('member',), name='one_floor_view_is_first')],
            },
        ),
        migrations.CreateModel(
            name='QueueAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('waiting', 'Too many waiting'), ('expected_wait', 'Expected wait too long'), ('longest_wait', 'Somebody waits too long'), ('service_level', 'Service level too low'), ('nobody', 'Nobody is ready')], max_length=16, verbose_name='kind')),
                ('limit', models.FloatField(verbose_name='limit')),
                ('value', models.FloatField(verbose_name='value when it rang')),
                ('worst', models.FloatField(verbose_name='worst value')),
                ('waiting', models.PositiveIntegerField(default=0, verbose_name='waiting')),
                ('expected_wait_seconds', models.FloatField(blank=True, null=True, verbose_name='expected wait')),
                ('agents_to_add', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='agents to add')),
                ('raised_at', models.DateTimeField(verbose_name='raised at')),
                ('calm_since', models.DateTimeField(blank=True, null=True, verbose_name='within its limit since')),
                ('cleared_at', models.DateTimeField(blank=True, null=True, verbose_name='cleared at')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='taken on at')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='telephony.queue', verbose_name='queue')),
                ('seen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken on by')),
            ],
            options={
                'verbose_name': 'alert of a queue',
                'verbose_name_plural': 'alerts of queues',
                'ordering': ['-raised_at', '-pk'],
                'indexes': [models.Index(fields=['-raised_at'], name='telephony_q_raised__2cacc3_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('queue', 'kind'), name='one_open_alert_of_a_kind')],
            },
        ),
    ]
