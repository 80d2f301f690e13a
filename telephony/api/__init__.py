"""Calls, agents, queues and orders for machines."""
