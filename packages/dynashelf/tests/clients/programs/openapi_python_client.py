"""What a user of the client of openapi-python-client writes."""
import json
import os
from urllib.parse import parse_qs, urlparse

from generated import Client
from generated.api.books import books_create, books_list, books_patch, books_read, books_remove
from generated.models import BookChange, BookInput

body, change = json.loads(os.environ["BODY"]), json.loads(os.environ["CHANGE"])
client = Client(base_url=os.environ["API"])
done = {}


def refused(answer):
    return {"status": int(answer.status_code), "type": type(answer.parsed).__name__, "current": getattr(getattr(answer.parsed, "current", None), "version", None)}


made = books_create.sync_detailed(client=client, body=BookInput.from_dict(body))
done["made"] = made.parsed.to_dict()
tag, id = made.headers["ETag"], made.parsed.id
done["read"] = books_read.sync(id, client=client).to_dict()
patch = BookChange.from_dict(change)
done["changed"] = books_patch.sync(id, client=client, body=patch, if_match=tag).to_dict()
done["stale"] = refused(books_patch.sync_detailed(id, client=client, body=patch, if_match=tag))
ids, more = [], {}
while True:
    page = books_list.sync(client=client, limit=10, **more)
    ids += [item.id for item in page.items]
    if not page.next_:
        break
    more = {"cursor": parse_qs(urlparse(page.next_).query)["cursor"][0]}
done["listed"] = ids
done["removed"] = int(books_remove.sync_detailed(id, client=client).status_code)
done["gone"] = refused(books_read.sync_detailed(id, client=client))
print(json.dumps(done))
