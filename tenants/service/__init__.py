"""What we promise and what we do: probes, availability, credits, cases, the roster, pages, outage notes."""
