"""What a receiver of webhooks writes: prints of each delivery what it holds, or which exception refuses it."""
import json
import os

from standardwebhooks.webhooks import Webhook

results = []
for delivery in json.loads(os.environ["DELIVERIES"]):
    try:
        results.append(Webhook(delivery["secret"]).verify(delivery["body"].encode(), delivery["headers"]))
    except Exception as error:
        results.append(type(error).__name__)
print(json.dumps(results))
