"""Who is recorded, in versions; masked whiles; and what recordings are searched by, filled in for those there are."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


FILL_IN = """
UPDATE telephony_recording r SET
    number = c.caller_number,
    disposition_id = c.disposition_id,
    agent_id = coalesce((SELECT o.agent_id FROM telephony_offer o WHERE o.id = r.leg), c.agent_id),
    queue_id = coalesce(
        (SELECT s.queue_id FROM telephony_offer o JOIN telephony_queuestay s ON s.id = o.stay_id WHERE o.id = r.leg),
        c.queue_id
    ),
    started_at = coalesce(r.started_at, r.ended_at - make_interval(secs => coalesce(r.seconds, 0)))
FROM telephony_call c WHERE c.id = r.call_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0012_vault'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(verbose_name='ticket')),
            ],
            options={
                'verbose_name': 'ticket of a call',
                'verbose_name_plural': 'tickets of calls',
            },
        ),
        migrations.CreateModel(
            name='RecordingMask',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('asked_by_name', models.CharField(blank=True, default='', max_length=120, verbose_name='asked by')),
                ('began_at', models.DateTimeField(blank=True, null=True, verbose_name='began at')),
                ('due_at', models.DateTimeField(verbose_name='ends at the latest at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('why_ended', models.CharField(blank=True, choices=[('asked', 'Asked for'), ('time', 'Longest time was over'), ('talk_ended', 'The talk was over'), ('failed', 'The switch did not do it')], default='', max_length=16, verbose_name='what ended it')),
            ],
            options={
                'verbose_name': 'masked while',
                'verbose_name_plural': 'masked whiles',
                'ordering': ['asked_at'],
            },
        ),
        migrations.CreateModel(
            name='RecordingPeaks',
            fields=[
                ('recording', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='peaks', serialize=False, to='telephony.recording')),
                ('left', models.BinaryField(default=b'', verbose_name='left channel')),
                ('right', models.BinaryField(default=b'', verbose_name='right channel')),
            ],
            options={
                'verbose_name': 'drawn recording',
                'verbose_name_plural': 'drawn recordings',
            },
        ),
        migrations.CreateModel(
            name='RecordingPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(unique=True, verbose_name='version')),
                ('document', models.JSONField(default=dict, verbose_name='rules')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('made_by_name', models.CharField(blank=True, default='', max_length=120, verbose_name='name of who made it')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='note')),
            ],
            options={
                'verbose_name': 'recording policy',
                'verbose_name_plural': 'recording policies',
                'ordering': ['-version'],
            },
        ),
        migrations.AddField(
            model_name='agentgroup',
            name='leaders',
            field=models.ManyToManyField(blank=True, help_text='A supervisor named here sees and hears the calls of the groups they lead, and no others.', related_name='led_groups', to=settings.AUTH_USER_MODEL, verbose_name='led by'),
        ),
        migrations.AddField(
            model_name='offer',
            name='recording_by',
            field=models.CharField(blank=True, default='', editable=False, max_length=60, verbose_name='what decided'),
        ),
        migrations.AddField(
            model_name='offer',
            name='recording_mode',
            field=models.CharField(blank=True, default='', editable=False, max_length=12, verbose_name='recording mode'),
        ),
        migrations.AddField(
            model_name='offer',
            name='recording_version',
            field=models.PositiveIntegerField(default=0, verbose_name='version of the recording policy'),
        ),
        migrations.AddField(
            model_name='recording',
            name='agent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telephony.agent', verbose_name='agent'),
        ),
        migrations.AddField(
            model_name='recording',
            name='disposition',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='telephony.disposition', verbose_name='disposition'),
        ),
        migrations.AddField(
            model_name='recording',
            name='number',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='caller'),
        ),
        migrations.AddField(
            model_name='recording',
            name='queue',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telephony.queue', verbose_name='queue'),
        ),
        migrations.AlterField(
            model_name='recording',
            name='leg',
            field=models.UUIDField(verbose_name='leg'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['-started_at', '-id'], name='recordings_newest'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['agent', '-started_at', '-id'], name='recordings_of_agent'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['queue', '-started_at', '-id'], name='recordings_of_queue'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['number', '-started_at', '-id'], name='recordings_of_number'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['disposition', '-started_at', '-id'], name='recordings_disposed'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['seconds'], name='recordings_by_length'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.UniqueConstraint(fields=('leg', 'path'), name='one_recording_per_leg_and_path'),
        ),
        migrations.AddField(
            model_name='callticket',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tickets', to='telephony.call', verbose_name='call'),
        ),
        migrations.AddField(
            model_name='recordingmask',
            name='offer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='masks', to='telephony.offer', verbose_name='offer'),
        ),
        migrations.AddField(
            model_name='recordingpolicy',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddConstraint(
            model_name='callticket',
            constraint=models.UniqueConstraint(fields=('number', 'call'), name='one_note_per_ticket_and_call'),
        ),
        migrations.AddConstraint(
            model_name='recordingmask',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('offer',), name='one_open_mask_per_talk'),
        ),
        # Last: rows with open checks of their keys would stand in the way of the indexes.
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
    ]
