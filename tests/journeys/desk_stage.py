"""What agents of acme find at their desks: a script, a quick reply, targets."""


def furnish(queue) -> None:
    """As an administrator would have made them."""
    from django.utils import timezone

    from telephony.actions.snippets import approve_snippet
    from telephony.models import FigureTarget, Snippet, SnippetText
    from tenants.people.models import Member

    admin = Member.objects.get(username="admin")
    for kind, title, shortcut, place, texts in (
        ("script", "Greeting", "greet", queue, {"en": "Acme, {agent} speaking. How can I help, {customer}?",
                                                "zh-hans": "您好，Acme，我是{agent}，请问{customer}需要什么帮助？"}),
        ("reply", "Opening hours", "hours", None, {"en": "We are open from nine to five.",
                                                   "zh-hans": "我们九点到五点上班。"}),
    ):  # fmt: skip
        row = Snippet.objects.create(kind=kind, title=title, shortcut=shortcut, queue=place)
        for language, text in texts.items():
            SnippetText.objects.create(snippet=row, language=language, text=text)
        approve_snippet(snippet_id=row.pk, by=admin, at=timezone.now())
    for figure, value in (("handled", 40), ("aht", 240), ("occ", 75)):
        FigureTarget.objects.create(figure=figure, value=value)


def customer(country: str) -> None:
    """One whose number may be dialled: those of the history ring nobody, and are refused."""
    from django.utils import timezone

    from ticketing.actions.customers import create_customer

    create_customer(name="Qiao An", numbers=["13900005555"], country=country, at=timezone.now())
