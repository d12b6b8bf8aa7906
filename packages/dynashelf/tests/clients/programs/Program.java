// What a user of the client of openapi-generator's java writes.
package org.openapitools.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openapitools.client.api.BooksApi;
import org.openapitools.client.model.BooksItem;
import org.openapitools.client.model.BooksMergePatch;
import org.openapitools.client.model.BooksPage;
import org.openapitools.client.model.BooksPreconditionFailedProblem;
import org.openapitools.client.model.BooksWrite;
import org.openapitools.client.model.NotFoundProblem;

public class Program {
  public static void main(String[] given) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("API"));
    ObjectMapper mapper = client.getObjectMapper();
    BooksApi api = new BooksApi(client);
    Map<String, Object> done = new LinkedHashMap<>();

    BooksWrite body = mapper.readValue(System.getenv("BODY"), BooksWrite.class);
    BooksMergePatch change = mapper.readValue(System.getenv("CHANGE"), BooksMergePatch.class);
    ApiResponse<BooksItem> made = api.booksCreateWithHttpInfo(BooksApi.APIBooksCreateRequest.newBuilder().booksWrite(body).build());
    done.put("made", made.getData());
    String id = made.getData().getId();
    String tag = made.getHeaders().entrySet().stream().filter(header -> header.getKey().equalsIgnoreCase("etag")).findFirst().get().getValue().get(0);
    BooksApi.APIBooksReadRequest reading = BooksApi.APIBooksReadRequest.newBuilder().id(id).build();
    BooksApi.APIBooksPatchRequest patching = BooksApi.APIBooksPatchRequest.newBuilder().id(id).booksMergePatch(change).ifMatch(tag).build();
    done.put("read", api.booksRead(reading));
    done.put("changed", api.booksPatch(patching));
    try {
      api.booksPatch(patching);
    } catch (ApiException error) {
      BooksPreconditionFailedProblem problem = mapper.readValue(error.getResponseBody(), BooksPreconditionFailedProblem.class);
      done.put("stale", Map.of("status", error.getCode(), "type", problem.getClass().getSimpleName(), "current", problem.getCurrent().getVersion()));
    }
    List<String> ids = new ArrayList<>();
    String cursor = null;
    do {
      BooksPage page = api.booksList(BooksApi.APIBooksListRequest.newBuilder().limit(10).cursor(cursor).build());
      for (BooksItem item : page.getItems()) ids.add(item.getId());
      cursor = page.getNext() == null ? null : page.getNext().toString().replaceFirst(".*[?&]cursor=([^&]*).*", "$1");
    } while (cursor != null);
    done.put("listed", ids);
    done.put("removed", api.booksRemoveWithHttpInfo(BooksApi.APIBooksRemoveRequest.newBuilder().id(id).build()).getStatusCode());
    try {
      api.booksRead(reading);
    } catch (ApiException error) {
      NotFoundProblem problem = mapper.readValue(error.getResponseBody(), NotFoundProblem.class);
      done.put("gone", Map.of("status", error.getCode(), "type", problem.getClass().getSimpleName()));
    }
    System.out.println(mapper.writeValueAsString(done));
  }
}
