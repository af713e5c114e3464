"""Events become messages: channels, deliveries, the inbox. What they mean stands in `linkstead.alerts`."""
