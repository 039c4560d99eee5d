package main

import (
	"context"
	"crypto/tls"
	stdx509 "crypto/x509"
	"log"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/google/uuid"
	"github.com/siderolabs/crypto/x509"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	configmachine "github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/resources/config"
	"github.com/siderolabs/talos/pkg/machinery/resources/k8s"
	"github.com/siderolabs/talos/pkg/machinery/resources/network"
	"github.com/siderolabs/talos/pkg/machinery/resources/runtime"
	"github.com/siderolabs/talos/pkg/machinery/resources/secrets"
	"github.com/siderolabs/talos/pkg/machinery/resources/v1alpha1"
)

// node is a machine.
type node struct {
	machine.UnimplementedMachineServiceServer

	name, folder, apid string
	address            netip.Addr
	state              state.State
	calls              *log.Logger
	pause              time.Duration

	mu        sync.Mutex
	running   string // the version of this boot
	installed string // that of the next
	lost      bool   // the next boot does not come by itself
	bootID    string
	config    []byte
	events    []event
	wake      chan struct{}
	process   *exec.Cmd
}

// boot begins in maintenance, or as what the configuration says.
func (n *node) boot() {
	n.mu.Lock()
	n.running, n.bootID, n.events = n.installed, uuid.NewString(), nil
	n.mu.Unlock()
	put(n, network.NewHostnameStatus(network.NamespaceName, network.HostnameID), func(r *network.HostnameStatus) { r.TypedSpec().Hostname = n.name })
	put(n, network.NewNodeAddress(network.NamespaceName, network.NodeAddressCurrentID), func(r *network.NodeAddress) {
		r.TypedSpec().Addresses = []netip.Prefix{netip.PrefixFrom(n.address, 24)}
	})
	put(n, runtime.NewVersion(), func(r *runtime.Version) { r.TypedSpec().Version = n.running })
	for _, service := range []string{"machined", "containerd", "cri", "apid", "kubelet", "trustd"} {
		put(n, v1alpha1.NewService(service), func(r *v1alpha1.Service) { r.TypedSpec().Running, r.TypedSpec().Healthy = true, true })
	}
	if n.config == nil {
		n.maintenance()
	} else {
		must(n.configured(n.config))
	}
	n.process = exec.Command(n.apid)
	n.process.Args[0] = "apid"
	n.process.Stdout, n.process.Stderr = os.Stderr, os.Stderr
	must(n.process.Start())
	if n.config != nil {
		n.stage(machine.MachineStatusEvent_BOOTING, false)
		n.sequence("", "boot", "startEverything/startAllServices")
		n.stage(machine.MachineStatusEvent_RUNNING, true)
	}
}

// down is what clients see of a machine that stops.
func (n *node) down() {
	_ = n.process.Process.Kill()
	_, _ = n.process.Process.Wait()
}

// back waits until the machine comes back.
func (n *node) back() {
	time.Sleep(n.pause)
	for n.lost {
		_, err := os.Stat(filepath.Join(n.folder, "back"))
		n.lost = err != nil
		time.Sleep(100 * time.Millisecond)
	}
}

func (n *node) maintenance() {
	ca, err := x509.NewSelfSignedCertificateAuthority(x509.Organization("maintenance"))
	must(err)
	pair, err := x509.NewKeyPair(ca, n.identity("maintenance-service.talos.dev", stdx509.ExtKeyUsageServerAuth)...)
	must(err)
	put(n, secrets.NewAPI(), func(r *secrets.API) {
		*r.TypedSpec() = secrets.APICertsSpec{Server: x509.NewCertificateAndKeyFromKeyPair(pair), SkipVerifyingClientCert: true}
	})
	put(n, runtime.NewAPIServiceConfig(), func(r *runtime.APIServiceConfig) {
		*r.TypedSpec() = runtime.APIServiceConfigSpec{ListenAddress: ":50000", NodeRoutingDisabled: true, ReadonlyRoleMode: true, SkipVerifyingClientCert: true}
	})
	n.stage(machine.MachineStatusEvent_MAINTENANCE, false)
}

func (n *node) identity(name string, usage stdx509.ExtKeyUsage, more ...x509.Option) []x509.Option {
	return append(more, x509.CommonName(name), x509.IPAddresses([]net.IP{n.address.AsSlice()}), x509.DNSNames([]string{n.name}),
		x509.NotAfter(time.Now().Add(24*time.Hour)), x509.KeyUsage(stdx509.KeyUsageDigitalSignature), x509.ExtKeyUsage([]stdx509.ExtKeyUsage{usage}))
}

// configured takes a configuration, and certificates of its cluster. A worker's has no key of the CA: a real one asks trustd, this one
// has a control plane's at hand.
func (n *node) configured(data []byte) error {
	given, err := configloader.NewFromBytes(data)
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	lead, err := os.ReadFile(filepath.Join(n.folder, "ca.yaml"))
	must(err)
	of, err := configloader.NewFromBytes(lead)
	must(err)
	issuing := of.Machine().Security().IssuingCA()
	ca, err := x509.NewCertificateAuthorityFromCertificateAndKey(issuing)
	must(err)
	server, err := x509.NewKeyPair(ca, n.identity(n.name, stdx509.ExtKeyUsageServerAuth)...)
	must(err)
	client, err := x509.NewKeyPair(ca, n.identity(n.name, stdx509.ExtKeyUsageClientAuth, x509.Organization("os:impersonator"))...)
	must(err)
	for _, id := range []string{config.ActiveID, config.PersistentID} {
		one := config.NewMachineConfigWithID(given, id)
		if err := n.state.Destroy(context.Background(), one.Metadata()); err != nil && !state.IsNotFoundError(err) {
			return err
		}
		must(n.state.Create(context.Background(), one))
	}
	put(n, secrets.NewAPI(), func(r *secrets.API) {
		*r.TypedSpec() = secrets.APICertsSpec{
			AcceptedCAs: []*x509.PEMEncodedCertificate{{Crt: issuing.Crt}},
			Server:      x509.NewCertificateAndKeyFromKeyPair(server), Client: x509.NewCertificateAndKeyFromKeyPair(client),
		}
	})
	put(n, runtime.NewAPIServiceConfig(), func(r *runtime.APIServiceConfig) {
		*r.TypedSpec() = runtime.APIServiceConfigSpec{ListenAddress: ":50000"}
	})
	put(n, config.NewMachineType(), func(r *config.MachineType) { r.SetMachineType(configmachine.TypeWorker) })
	put(n, k8s.NewNodename(k8s.NamespaceName, k8s.NodenameID), func(r *k8s.Nodename) { r.TypedSpec().Nodename = n.name })
	n.config = data
	return nil
}

// put creates a resource or changes it.
func put[R resource.Resource](n *node, empty R, change func(R)) {
	ctx := context.Background()
	if _, err := n.state.Get(ctx, empty.Metadata()); state.IsNotFoundError(err) {
		change(empty)
		must(n.state.Create(ctx, empty))
		return
	}
	_, err := n.state.UpdateWithConflicts(ctx, empty.Metadata(), func(found resource.Resource) error {
		change(found.(R))
		return nil
	})
	must(err)
}

func selfSigned(name string) (*tls.Config, error) {
	ca, err := x509.NewSelfSignedCertificateAuthority(x509.CommonName(name), x509.DNSNames([]string{name}), x509.NotAfter(time.Now().Add(24*time.Hour)))
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(ca.CrtPEM, ca.KeyPEM)
	return &tls.Config{Certificates: []tls.Certificate{pair}}, err
}
