from django.db import migrations, models

US = ("Us, the operator", "我方（运营商）")
USUAL = {
    "default": (
        ("One side cannot or does not keep the agreement", "一方不能或不履行协议"),
        (
            "Dunning and notice as agreed; everything can be exported on every day.",
            "按约定催款和发出通知；任何一天都可以导出全部数据。",
        ),
    ),
    "support": (
        ("Faults are answered or mended too late", "故障响应或修复过晚"),
        (
            "Times of the SLA are measured; what is missed is credited and talked about at the next meeting.",
            "按 SLA 计量时间；未达标的给予抵扣，并在下次会议讨论。",
        ),
    ),
    "upgrade": (
        ("A promised upgrade comes late", "承诺的升级延迟"),
        (
            "Its day stands in the agreement and is reminded of; the change log is shown.",
            "升级日写入协议并到期提醒；变更记录可查。",
        ),
    ),
    "price": (
        ("The price rises more than was planned", "涨价超出预期"),
        (
            "Day and limit of an adjustment stand in the agreement; the budget has a contingency.",
            "调价日期和上限写入协议；预算留有预备金。",
        ),
    ),
}
# Words somebody wrote themselves stay; of what reads as it was made, the code is kept instead.
KNOWN = """
UPDATE contracts_risk SET preset = %s,
    title = CASE WHEN title IN (%s, %s) THEN '' ELSE title END,
    mitigation = CASE WHEN mitigation IN (%s, %s) THEN '' ELSE mitigation END,
    owner = CASE WHEN owner IN (%s, %s) THEN '' ELSE owner END
WHERE kind = %s AND preset = '' AND (title IN (%s, %s) OR mitigation IN (%s, %s))
"""
WRITTEN = """
UPDATE contracts_risk SET
    title = CASE WHEN title <> '' THEN title WHEN tenant.is_zh THEN %s ELSE %s END,
    mitigation = CASE WHEN mitigation <> '' THEN mitigation WHEN tenant.is_zh THEN %s ELSE %s END,
    owner = CASE WHEN owner <> '' THEN owner WHEN tenant.is_zh THEN %s ELSE %s END
FROM (SELECT id, language LIKE 'zh%%' AS is_zh FROM tenants_tenant) tenant
WHERE tenant.id = contracts_risk.tenant_id AND preset = %s
"""


def known():
    return [
        (KNOWN, [code, *title, *mitigation, *US, code, *title, *mitigation])
        for code, (title, mitigation) in USUAL.items()
    ]


def written():
    return [
        (WRITTEN, [*reversed(title), *reversed(mitigation), *reversed(US), code])
        for code, (title, mitigation) in USUAL.items()
    ]


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="risk",
            name="preset",
            field=models.CharField(
                blank=True,
                choices=[
                    ("default", "One side defaults"),
                    ("support", "Poor support"),
                    ("upgrade", "Late upgrade"),
                    ("price", "Price change"),
                    ("data", "Data is lost or seen"),
                    ("other", "Other"),
                ],
                db_default="",
                editable=False,
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="risk",
            name="title",
            field=models.CharField(blank=True, max_length=200, verbose_name="what may happen"),
        ),
        migrations.AlterField(
            model_name="risk",
            name="mitigation",
            field=models.TextField(blank=True, max_length=1000, verbose_name="what is done about it"),
        ),
        migrations.AlterField(
            model_name="risk",
            name="owner",
            field=models.CharField(blank=True, max_length=120, verbose_name="responsible"),
        ),
        migrations.RunSQL(known(), written()),
        migrations.AddConstraint(
            model_name="risk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("title", ""), _negated=True),
                    models.Q(("preset", ""), _negated=True),
                    _connector="OR",
                ),
                name="contracts_risk_has_words",
            ),
        ),
    ]
