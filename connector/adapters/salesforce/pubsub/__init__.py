"""Salesforce's pushed changes: Change Data Capture by the Pub/Sub API (gRPC). Implements ports.push.ChangeStream."""

from connector.adapters.salesforce.pubsub.client import PubSub

__all__ = ["PubSub"]
