"""Calls know the tickets that speak of them: those there are already."""

from django.db import migrations

TELL = """
INSERT INTO telephony_callticket (call_id, number)
SELECT t.call_id, t.number FROM ticketing_ticket t JOIN telephony_call c ON c.id = t.call_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("ticketing", "0001_initial"), ("telephony", "0013_recording_shelf")]
    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
