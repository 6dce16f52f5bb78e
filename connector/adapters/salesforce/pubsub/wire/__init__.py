"""Generated from pubsub_api.proto; how, is said there."""
