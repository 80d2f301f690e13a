"""What call flows look like to machines; the documents themselves are those of telephony.flows.document."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from telephony.flow_errors import FlowUnreadable
from telephony.flows.document import MOST_BYTES, UnreadableFlow, load
from telephony.models import Flow

MOST_SENT = 3 * MOST_BYTES
"""A flow of the greatest size, with the names, texts and times an export has beside it."""
LARGEST_KEY = 2**31 - 1


class FlowParser(BaseParser):
    """JSON, bounded before it is read: nested a thousand times it is refused by name, as a broken file is."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            said = load(stream.read(MOST_SENT + 1), most=MOST_SENT)
        except UnreadableFlow as wrong:
            raise FlowUnreadable.of(wrong) from None
        if not isinstance(said, dict):
            raise ParseError("An object is expected.")
        return said


class FlowVersionSerializer(serializers.Serializer):
    """`says_again`: the version it was rolled back to, null for one that was drawn."""

    number = serializers.IntegerField()
    note = serializers.CharField()
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(source="published_by.name", default=None, allow_null=True)
    says_again = serializers.IntegerField(source="rolled_back_from.number", default=None, allow_null=True)


class WholeFlowVersionSerializer(FlowVersionSerializer):
    document = serializers.JSONField()


class FlowSerializer(serializers.ModelSerializer):
    published = FlowVersionSerializer(read_only=True, allow_null=True)
    draft_changed_by = serializers.CharField(source="draft_changed_by.name", default=None, allow_null=True)

    class Meta:
        model = Flow
        fields = [
            "id",
            "name",
            "is_archived",
            "draft_version",
            "draft_changed_at",
            "draft_changed_by",
            "published",
        ]


class WholeFlowSerializer(FlowSerializer):
    """`numbers`: those whose callers go through it."""

    numbers = serializers.SerializerMethodField()

    class Meta(FlowSerializer.Meta):
        fields = [*FlowSerializer.Meta.fields, "numbers", "draft"]

    def get_numbers(self, row: Flow) -> list[str]:
        return [entry.number_e164 for entry in row.entries.order_by("number_e164")]


class NewFlowSerializer(serializers.Serializer):
    """Without a document nothing is drawn yet."""

    name = serializers.CharField(max_length=80)
    document = serializers.JSONField(required=False)


class FlowNameSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=80)


class FlowDraftSerializer(serializers.Serializer):
    """`draft_version`: the one it was drawn upon."""

    document = serializers.JSONField()
    draft_version = serializers.IntegerField(min_value=0, max_value=LARGEST_KEY)


class FlowPublishSerializer(serializers.Serializer):
    """`draft_version`: the one looked at before."""

    draft_version = serializers.IntegerField(min_value=0, max_value=LARGEST_KEY)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class FlowRollBackSerializer(serializers.Serializer):
    number = serializers.IntegerField(min_value=1, max_value=LARGEST_KEY)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class FlowCheckedSerializer(serializers.Serializer):
    """A document that is not stored yet; left out, the draft."""

    document = serializers.JSONField(required=False)


class FlowProblemSerializer(serializers.Serializer):
    """`node` empty: the flow as a whole. Only errors keep it from being published."""

    node = serializers.CharField()
    code = serializers.CharField()
    field = serializers.CharField()
    value = serializers.CharField()
    is_error = serializers.BooleanField()


class FlowDifferenceSerializer(serializers.Serializer):
    what = serializers.CharField()
    node = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class FlowLiveCallsSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    calls = serializers.IntegerField()


class FlowPreflightSerializer(serializers.Serializer):
    """What publishing would do; `live_calls` stay in the versions they are in."""

    draft_version = serializers.IntegerField()
    next_number = serializers.IntegerField()
    may_publish = serializers.BooleanField()
    numbers = serializers.ListField(child=serializers.CharField())
    live_calls = serializers.SerializerMethodField()
    problems = FlowProblemSerializer(many=True)
    differences = FlowDifferenceSerializer(many=True)

    @extend_schema_field(FlowLiveCallsSerializer(many=True))
    def get_live_calls(self, told: Any) -> list[dict[str, int]]:
        return [{"version": number, "calls": count} for number, count in told.live_calls]


class FlowTrialSerializer(serializers.Serializer):
    """A caller to walk the flow: `presses` in turn ("" is silence), `chosen` exits by node for what nobody can know,
    `looked_up` what look-ups answer. `at` left out is now, `version` left out the draft.
    """

    presses = serializers.ListField(
        child=serializers.CharField(max_length=64, allow_blank=True), max_length=100, default=list
    )
    chosen = serializers.DictField(child=serializers.CharField(max_length=20, allow_blank=True), default=dict)
    looked_up = serializers.DictField(
        child=serializers.CharField(max_length=80, allow_blank=True), default=dict
    )
    number = serializers.CharField(max_length=32, default="", allow_blank=True)
    caller_number = serializers.CharField(max_length=32, default="", allow_blank=True)
    at = serializers.DateTimeField(required=False)
    version = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


class FlowImportSerializer(serializers.Serializer):
    """`flow`: an export as it was taken from elsewhere, or a document alone."""

    flow = serializers.JSONField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=80, default="")


class FromTemplateSerializer(serializers.Serializer):
    template = serializers.CharField(max_length=20)
    name = serializers.CharField(required=False, allow_blank=True, max_length=80, default="")
    language = serializers.ChoiceField(["zh", "en"])
    queue_id = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)


class FlowImportedSerializer(serializers.Serializer):
    """`made` for it here, and `missing` here: names by kind of row."""

    flow = WholeFlowSerializer()
    made = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    missing = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class FlowTemplateSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())
    about = serializers.DictField(child=serializers.CharField())
    nodes = serializers.IntegerField()


class FlowLeadSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=40)
