"""What is open and what is shut to support inside a tenant, beside what its role says."""

SESSION_KEY = "support_access"
"""In support's session: the id of the access it came in by."""
CLOSED_TO_SUPPORT = (
    "/password/", "/admin/people/", "/admin/password_change/", "/invitation/", "/leaving/house/",
)  # fmt: skip
"""Keys, roles and people: what is given there would outlive the access. And the house's end is its owner's word."""
OPEN_TO_LOOKERS = ("/support/leave/", "/sign-out/", "/language/")
"""What somebody who only looks may send."""
