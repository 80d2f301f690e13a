from django.db import models


class Ship(models.Model):
    name = models.CharField(max_length=20, default="")

    def __str__(self) -> str:
        return self.name
