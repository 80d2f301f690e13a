from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0015_supervision")]

    operations = [
        migrations.AlterField(
            model_name="difference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ghost_call", "A call we show has left the switch"),
                    ("ghost_leg", "A leg we show has left the switch"),
                    ("unknown_leg", "The switch has a leg we did not know"),
                    ("stuck_offer", "An offer neither rings nor has ended"),
                    ("zombie_offer", "A phone rings for a caller who has left"),
                    ("lost_bridge", "A conversation began or ended unheard"),
                    ("missing_waiter", "A caller waits in the switch but not in our line"),
                    ("ghost_waiter", "Our line has a caller the switch does not keep waiting"),
                    ("phone_gone", "A phone we thought registered is not"),
                    ("phone_unknown", "A registered phone we thought gone"),
                    ("ready_unreachable", "An agent was ready without a registered phone"),
                    ("stuck_activity", "An agent was shown busy without any work"),
                    ("hidden_activity", "An agent was shown idle while on a call"),
                    ("overdue_wrap_up", "A wrap-up went past its deadline"),
                    ("router_drift", "The router's memory was not what the rows say"),
                    ("recording_stopped", "Nobody is recorded, for want of room"),
                ],
                max_length=24,
                verbose_name="what",
            ),
        ),
    ]
