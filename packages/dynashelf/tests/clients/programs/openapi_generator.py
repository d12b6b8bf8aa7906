"""What a user of the client of openapi-generator's python writes."""
import json
import os
from urllib.parse import parse_qs, urlparse

import openapi_client as generated
from openapi_client.rest import ApiException

body, change = json.loads(os.environ["BODY"]), json.loads(os.environ["CHANGE"])
done = {}


def refused(call):
    try:
        call()
    except ApiException as error:
        return {"status": error.status, "type": type(error.data).__name__, "current": getattr(getattr(error.data, "current", None), "version", None)}


with generated.ApiClient(generated.Configuration(host=os.environ["API"])) as client:
    api = generated.BooksApi(client)
    made = api.books_create_with_http_info(generated.BookInput.from_dict(body))
    done["made"] = json.loads(made.data.to_json())
    tag, id = {name.lower(): value for name, value in made.headers.items()}["etag"], made.data.id
    done["read"] = json.loads(api.books_read(id).to_json())
    patch = generated.BookChange(**change)
    done["changed"] = json.loads(api.books_patch(id, patch, if_match=tag).to_json())
    done["stale"] = refused(lambda: api.books_patch(id, patch, if_match=tag))
    ids, cursor = [], None
    while True:
        page = api.books_list(limit=10, cursor=cursor)
        ids += [item.id for item in page.items]
        if page.next is None:
            break
        cursor = parse_qs(urlparse(page.next).query)["cursor"][0]
    done["listed"] = ids
    done["removed"] = api.books_remove_with_http_info(id).status_code
    done["gone"] = refused(lambda: api.books_read(id))

print(json.dumps(done))
