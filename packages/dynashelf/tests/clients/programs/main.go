// What a user of the client of openapi-generator's go writes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	generated "example.org/generated"
)

func main() {
	configuration := generated.NewConfiguration()
	configuration.Servers = generated.ServerConfigurations{{URL: os.Getenv("API")}}
	api := generated.NewAPIClient(configuration).BooksAPI
	everywhere := context.Background()
	done := map[string]any{}

	var body generated.BookInput
	must(json.Unmarshal([]byte(os.Getenv("BODY")), &body))
	var change generated.BookChange
	must(json.Unmarshal([]byte(os.Getenv("CHANGE")), &change))

	made, answer, err := api.BooksCreate(everywhere).BookInput(body).Execute()
	must(err)
	done["made"] = made
	tag := answer.Header.Get("ETag")
	done["read"], _, err = api.BooksRead(everywhere, made.Id).Execute()
	must(err)
	done["changed"], _, err = api.BooksPatch(everywhere, made.Id).BookChange(change).IfMatch(tag).Execute()
	must(err)
	_, answer, err = api.BooksPatch(everywhere, made.Id).BookChange(change).IfMatch(tag).Execute()
	done["stale"] = refused(answer, err)

	ids := []string{}
	request := api.BooksList(everywhere).Limit(10)
	for {
		page, _, err := request.Execute()
		must(err)
		for _, item := range page.Items {
			ids = append(ids, item.Id)
		}
		if page.Next == nil {
			break
		}
		next, err := url.Parse(*page.Next)
		must(err)
		request = request.Cursor(next.Query().Get("cursor"))
	}
	done["listed"] = ids

	answer, err = api.BooksRemove(everywhere, made.Id).Execute()
	must(err)
	done["removed"] = answer.StatusCode
	_, answer, err = api.BooksRead(everywhere, made.Id).Execute()
	done["gone"] = refused(answer, err)
	must(json.NewEncoder(os.Stdout).Encode(done))
}

func refused(answer *http.Response, err error) map[string]any {
	var problem *generated.GenericOpenAPIError
	if !errors.As(err, &problem) {
		panic(err)
	}
	said := map[string]any{"status": answer.StatusCode, "type": strings.TrimPrefix(fmt.Sprintf("%T", problem.Model()), "generated.")}
	if failed, is := problem.Model().(generated.BookPreconditionFailedProblem); is {
		said["current"] = failed.Current.Version
	}
	return said
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
