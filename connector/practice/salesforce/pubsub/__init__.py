"""The practice Pub/Sub API: Change Data Capture over gRPC, as Salesforce's Enterprise edition has it and above."""

from connector.practice.salesforce.pubsub.server import PubSubServer, serve_pubsub

__all__ = ["PubSubServer", "serve_pubsub"]
