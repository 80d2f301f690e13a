"""What operator and tenant agree on: quotes, the agreement and its changes, requirements, meetings, risks, money."""
