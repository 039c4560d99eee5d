// An API server in a bad hour: storm ADDRESS SERVER PKI EVERY.
//
// Requests are handed on to SERVER as its administrator (PKI/admin.*), but of EVERY so many only one: the others are
// answered as an overloaded server answers, in turn with 429 and a time to wait, with 503, and not at all.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: storm ADDRESS SERVER PKI EVERY")
	}
	address, pki := os.Args[1], os.Args[3]
	server := must(url.Parse(os.Args[2]))
	every := must(strconv.ParseUint(os.Args[4], 10, 32))
	file := func(name string) string { return filepath.Join(pki, name) }
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(file("ca.crt"))))
	client := must(tls.LoadX509KeyPair(file("admin.crt"), file("admin.key")))
	behind := httputil.NewSingleHostReverseProxy(server)
	behind.FlushInterval = -1
	behind.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{client}}}
	var asked atomic.Uint64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := asked.Add(1)
		if number%every == 0 {
			behind.ServeHTTP(w, r)
			return
		}
		switch number % 3 {
		case 0:
			w.Header().Set("Retry-After", "1")
			answer(w, http.StatusTooManyRequests, "TooManyRequests")
		case 1:
			answer(w, http.StatusServiceUnavailable, "ServiceUnavailable")
		default:
			panic(http.ErrAbortHandler)
		}
	})
	log.Fatal(http.ListenAndServeTLS(address, file("api.crt"), file("api.key"), handler))
}

func answer(w http.ResponseWriter, code int, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"` + reason +
		`","message":"the server is overloaded","code":` + strconv.Itoa(code) + `}`))
}
