"""The shape of evaluations outside Python."""

from rest_framework import serializers

from quality.models import Evaluation, EvaluationScore


class EvaluationScoreSerializer(serializers.ModelSerializer):
    question = serializers.CharField(source="item.text", read_only=True)
    weight = serializers.DecimalField(source="item.weight", max_digits=6, decimal_places=2, read_only=True)
    max_points = serializers.IntegerField(source="item.max_points", read_only=True)
    is_fatal = serializers.BooleanField(source="item.is_fatal", read_only=True)

    class Meta:
        model = EvaluationScore
        fields = ["question", "weight", "points", "max_points", "is_fatal", "note"]


class EvaluationSerializer(serializers.ModelSerializer):
    scorecard = serializers.CharField(source="scorecard.name", read_only=True)
    scorecard_version = serializers.IntegerField(source="scorecard.version", read_only=True)
    agent_name = serializers.CharField(source="agent.name", read_only=True)
    inspector_name = serializers.CharField(source="inspector.name", default="", read_only=True)
    scores = EvaluationScoreSerializer(many=True, read_only=True)

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "call_id",
            "scorecard",
            "scorecard_version",
            "agent",
            "agent_name",
            "inspector_name",
            "percent",
            "is_fatal",
            "comment",
            "published_at",
            "read_at",
            "scores",
        ]
