"""The shape of people outside Python."""

from rest_framework import serializers

from tenants.people.models import AuditEntry, Member


class MemberSerializer(serializers.ModelSerializer):
    class Meta:
        model = Member
        fields = ["id", "username", "name", "email", "roles", "language", "is_active", "last_login"]
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer):
    tenant = serializers.SerializerMethodField()

    class Meta:
        model = Member
        fields = ["id", "username", "name", "email", "roles", "language", "tenant"]
        read_only_fields = fields

    def get_tenant(self, member: Member) -> str:
        return self.context["request"].tenant.name


class AuditEntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = AuditEntry
        fields = [
            "id",
            "at",
            "actor",
            "actor_name",
            "address",
            "verb",
            "subject",
            "subject_name",
            "before",
            "after",
            "reason",
        ]
        read_only_fields = fields
