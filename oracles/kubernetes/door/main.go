// The world outside a cluster on one address: door ADDRESS FOLDER.
//
// As a proxy it answers for every host name itself, with certificates of FOLDER/ca.crt, so that addresses of
// repositories (oci://, https://) can be used as they are: /v2/ is an OCI registry in memory, /charts/ are the files of
// FOLDER/charts, what else is asked for is git over http out of FOLDER/git. What the API server asks of the inside of
// its cluster comes by the socket FOLDER/door.sock: webhooks say yes, but for those whose path is /refuse, and
// aggregated APIs are there and empty. Nothing is handed on to anywhere.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// tunnels is a listener whose connections are those that clients ask for by CONNECT.
type tunnels chan net.Conn

func (t tunnels) Accept() (net.Conn, error) { return <-t, nil }
func (t tunnels) Close() error              { return nil }
func (t tunnels) Addr() net.Addr            { return &net.TCPAddr{} }

// authority makes a certificate for any name, once.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	lock        sync.Mutex
	made        map[string]*tls.Certificate
}

func newAuthority(file string) *authority {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	certificate := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "the world outside"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(1, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der := must(x509.CreateCertificate(rand.Reader, certificate, certificate, &key.PublicKey, key))
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	must(0, os.WriteFile(file, text, 0o644))
	return &authority{certificate: certificate, key: key, made: map[string]*tls.Certificate{}}
}

func (a *authority) of(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if known := a.made[hello.ServerName]; known != nil {
		return known, nil
	}
	wanted := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		DNSNames:     []string{hello.ServerName},
		NotBefore:    a.certificate.NotBefore,
		NotAfter:     a.certificate.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, wanted, a.certificate, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	a.made[hello.ServerName] = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
	return a.made[hello.ServerName], nil
}

// review answers for a webhook.
func review(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Request struct {
			UID string `json:"uid"`
		} `json:"request"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	allowed := r.URL.Path != "/refuse"
	response := map[string]any{"uid": asked.Request.UID, "allowed": allowed}
	if !allowed {
		response["status"] = map[string]any{"code": 403, "message": "the policy of this cluster forbids it"}
	}
	say(w, map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response})
}

func say(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: door ADDRESS FOLDER")
	}
	address, folder := os.Args[1], must(filepath.Abs(os.Args[2]))
	trusted := newAuthority(filepath.Join(folder, "ca.crt"))
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	git := &cgi.Handler{
		Path:   must(exec.LookPath("git")),
		Args:   []string{"http-backend"},
		Stderr: os.Stderr,
		Env:    []string{"GIT_PROJECT_ROOT=" + filepath.Join(folder, "git"), "GIT_HTTP_EXPORT_ALL=1"},
	}
	charts := http.FileServer(http.Dir(folder))
	inside := make(tunnels)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Print(r.Method, " ", r.Host, " ", r.URL.Path)
		switch {
		case r.Method == http.MethodConnect:
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\n\r\n")
			inside <- tls.Server(connection, &tls.Config{GetCertificate: trusted.of})
		case strings.HasPrefix(r.URL.Path, "/v2"):
			images.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/charts/"):
			charts.ServeHTTP(w, r)
		case r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
			review(w, r)
		case strings.HasPrefix(r.URL.Path, "/apis/"):
			version := strings.TrimPrefix(r.URL.Path, "/apis/")
			say(w, map[string]any{"apiVersion": "v1", "kind": "APIResourceList", "groupVersion": version, "resources": []any{}})
		default:
			git.ServeHTTP(w, r)
		}
	})
	socket := filepath.Join(folder, "door.sock")
	_ = os.Remove(socket)
	go func() { log.Fatal(http.Serve(inside, handler)) }()
	go func() { log.Fatal(http.Serve(must(net.Listen("unix", socket)), handler)) }()
	log.Fatal(http.ListenAndServe(address, handler))
}
