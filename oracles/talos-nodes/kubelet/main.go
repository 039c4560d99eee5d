// In the place of the kubelet: it is healthy, and runs nothing.
package main

import (
	"fmt"
	"net/http"
)

func main() {
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	fmt.Println(http.ListenAndServe("127.0.0.1:10248", nil))
}
