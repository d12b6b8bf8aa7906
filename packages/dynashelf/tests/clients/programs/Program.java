// What a user of the client of openapi-generator's java writes.
package org.openapitools.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openapitools.client.api.BooksApi;
import org.openapitools.client.model.Book;
import org.openapitools.client.model.BookChange;
import org.openapitools.client.model.BookPage;
import org.openapitools.client.model.BookPreconditionFailedProblem;
import org.openapitools.client.model.BookInput;
import org.openapitools.client.model.NotFoundProblem;

public class Program {
  public static void main(String[] given) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("API"));
    ObjectMapper mapper = client.getObjectMapper();
    BooksApi api = new BooksApi(client);
    Map<String, Object> done = new LinkedHashMap<>();

    BookInput body = mapper.readValue(System.getenv("BODY"), BookInput.class);
    BookChange change = mapper.readValue(System.getenv("CHANGE"), BookChange.class);
    ApiResponse<Book> made = api.booksCreateWithHttpInfo(BooksApi.APIBooksCreateRequest.newBuilder().bookInput(body).build());
    done.put("made", made.getData());
    String id = made.getData().getId();
    String tag = made.getHeaders().entrySet().stream().filter(header -> header.getKey().equalsIgnoreCase("etag")).findFirst().get().getValue().get(0);
    BooksApi.APIBooksReadRequest reading = BooksApi.APIBooksReadRequest.newBuilder().id(id).build();
    BooksApi.APIBooksPatchRequest patching = BooksApi.APIBooksPatchRequest.newBuilder().id(id).bookChange(change).ifMatch(tag).build();
    done.put("read", api.booksRead(reading));
    done.put("changed", api.booksPatch(patching));
    try {
      api.booksPatch(patching);
    } catch (ApiException error) {
      BookPreconditionFailedProblem problem = mapper.readValue(error.getResponseBody(), BookPreconditionFailedProblem.class);
      done.put("stale", Map.of("status", error.getCode(), "type", problem.getClass().getSimpleName(), "current", problem.getCurrent().getVersion()));
    }
    List<String> ids = new ArrayList<>();
    String cursor = null;
    do {
      BookPage page = api.booksList(BooksApi.APIBooksListRequest.newBuilder().limit(10).cursor(cursor).build());
      for (Book item : page.getItems()) ids.add(item.getId());
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
