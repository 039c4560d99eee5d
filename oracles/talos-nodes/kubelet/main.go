// In the place of the kubelet: it is healthy, runs the API server among Talos's static pods, and says how the pods are.
//
// A pod whose program is in this image is run as a process of the node, chrooted to it; every other one is said to be ready, and does nothing.
// Nothing is written into the Kubernetes API: the registry of nodes and pods is agent.py's.
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
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.yaml.in/yaml/v3"
)

// The node, as a process of its pid namespace sees it.
const host = "/proc/1/root"

func main() {
	// What is started shall end with this program, and not with one of its threads.
	runtime.LockOSThread()
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	go func() { log.Fatal(http.ListenAndServe("127.0.0.1:10248", nil)) }()
	log.Print("started as ", os.Args[1:])
	k := &kubelet{name: option("--hostname-override"), address: option("--node-ip"), processes: map[string]*process{}}
	go k.serve()
	for ; ; time.Sleep(500 * time.Millisecond) {
		if err := k.look(); err != nil {
			log.Print(err)
		}
	}
}

type kubelet struct {
	name, address string
	processes     map[string]*process

	mu   sync.Mutex
	pods []map[string]any
}

// process is a pod that runs.
type process struct {
	spec  string
	ended chan struct{}
	kill  func(syscall.Signal)
}

// look asks for the static pods, runs what can be run, and notes how they are.
func (k *kubelet) look() error {
	pods, err := k.staticPods()
	if err != nil {
		return err
	}
	listed := map[string]bool{}
	for _, pod := range pods {
		name, _ := dig(pod, "metadata", "name").(string)
		listed[name] = true
		ready := k.run(name, pod)
		annotations, _ := dig(pod, "metadata", "annotations").(map[string]any)
		annotations["kubernetes.io/config.source"] = "http"
		pod["metadata"].(map[string]any)["name"] = name + "-" + k.name
		pod["status"] = status(ready)
	}
	for name, process := range k.processes {
		if !listed[name] {
			process.stop()
			delete(k.processes, name)
		}
	}
	k.mu.Lock()
	k.pods = pods
	k.mu.Unlock()
	return nil
}

// staticPods is what the node's own configuration of the kubelet points to; on workers there is no such place.
func (k *kubelet) staticPods() ([]map[string]any, error) {
	settings, err := os.ReadFile("/etc/kubernetes/kubelet.yaml")
	if err != nil {
		return nil, err
	}
	place := regexp.MustCompile(`staticPodURL: (\S+)`).FindSubmatch(settings)
	if place == nil {
		return nil, nil
	}
	// A node that starts takes connections before it answers them.
	client := http.Client{Timeout: 3 * time.Second}
	answer, err := client.Get(string(place[1]))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []map[string]any `yaml:"items"`
	}
	return list.Items, yaml.Unmarshal(text, &list)
}

// run has the pod's program running as the pod says. Whether the pod is ready.
func (k *kubelet) run(name string, pod map[string]any) bool {
	containers, _ := dig(pod, "spec", "containers").([]any)
	if len(containers) == 0 {
		return false
	}
	var command []string
	words, _ := dig(containers[0], "command").([]any)
	for _, word := range words {
		command = append(command, strings.ReplaceAll(fmt.Sprint(word), "$(POD_IP)", k.address))
	}
	if len(command) == 0 {
		return true
	}
	if _, err := os.Stat(command[0]); err != nil {
		return true
	}
	spec := fmt.Sprint(dig(pod, "metadata", "annotations"), dig(containers[0], "image"), command)
	if old := k.processes[name]; old != nil {
		if old.spec == spec && old.isRunning() {
			// Talos gives its API server no probe: who runs is ready.
			return true
		}
		old.stop()
	}
	started, err := start(name, command)
	if err != nil {
		log.Print(name, ": ", err)
		return false
	}
	started.spec = spec
	k.processes[name] = started
	return true
}

// start copies a program out of this image onto the node, and runs it there.
func start(name string, command []string) (*process, error) {
	place := "/run/own-" + name
	if err := copyFile(command[0], host+place); err != nil {
		return nil, err
	}
	run := &exec.Cmd{
		Path: place, Args: command, Dir: "/", Env: []string{"PATH=/usr/bin"}, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Chroot: host, Pdeathsig: syscall.SIGKILL},
	}
	if err := run.Start(); err != nil {
		return nil, err
	}
	log.Print("started ", name)
	ended := make(chan struct{})
	go func() {
		log.Print(name, " ended: ", run.Wait())
		close(ended)
	}()
	return &process{ended: ended, kill: func(signal syscall.Signal) { _ = run.Process.Signal(signal) }}, nil
}

func (p *process) isRunning() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

func (p *process) stop() {
	p.kill(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		p.kill(syscall.SIGKILL)
		<-p.ended
	}
}

func copyFile(from, to string) error {
	// It may be running.
	_ = os.Remove(to)
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}

// serve answers what Talos asks of a kubelet for its StaticPodStatus resources, and what agent.py wants to know.
func (k *kubelet) serve() {
	certificate, err := certificate(k.name)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		k.mu.Lock()
		defer k.mu.Unlock()
		items := k.pods
		if items == nil {
			items = []map[string]any{}
		}
		reply := map[string]any{"apiVersion": "v1", "kind": "PodList", "items": items}
		if request.URL.Path == "/own" {
			reply = map[string]any{"name": k.name, "version": os.Getenv("VERSION"), "pods": items}
		}
		answer.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(answer).Encode(reply)
	})
	server := &http.Server{Addr: ":10250", Handler: mux, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}}
	log.Fatal(server.ListenAndServeTLS("", ""))
}

// certificate is a new one, where Talos looks for the kubelet's.
func certificate(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		DNSNames: []string{name, "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := os.MkdirAll("/var/lib/kubelet/pki", 0o755); err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, os.WriteFile("/var/lib/kubelet/pki/kubelet.crt", text, 0o644)
}

func status(ready bool) map[string]any {
	phase, word := "Running", "True"
	if !ready {
		word = "False"
	}
	conditions := []any{}
	for _, kind := range []string{"Initialized", "Ready", "ContainersReady", "PodScheduled"} {
		is := "True"
		if strings.HasSuffix(kind, "Ready") {
			is = word
		}
		conditions = append(conditions, map[string]any{"type": kind, "status": is, "lastTransitionTime": time.Now().UTC().Format(time.RFC3339)})
	}
	return map[string]any{"phase": phase, "conditions": conditions}
}

// option is what this program was started with.
func option(name string) string {
	for _, argument := range os.Args {
		if value, found := strings.CutPrefix(argument, name+"="); found {
			return value
		}
	}
	return ""
}

func dig(value any, path ...string) any {
	for _, key := range path {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}
