// A machine that can be installed, upgraded and restarted, behind the real apid of Talos: for what Talos's own machined refuses in
// container mode. TLS, certificates, roles and the way from node to node are apid's; messages are the machinery's stubs; resources
// are served by COSI's own runtime. What a machine does is made up here, and every call is written down in calls.log.
//
// Images tell what is to go wrong: one whose name has "missing" cannot be pulled, of one with "broken" the installer fails, and with
// "lost" the machine does not come back from its reboot before there is a file "back" beside the log.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/resource/meta"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/impl/inmem"
	"github.com/cosi-project/runtime/pkg/state/impl/namespaced"
	"github.com/cosi-project/runtime/pkg/state/protobuf/server"
	"github.com/cosi-project/runtime/pkg/state/registry"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/constants"
	"github.com/siderolabs/talos/pkg/machinery/resources/config"
	"github.com/siderolabs/talos/pkg/machinery/resources/k8s"
	"github.com/siderolabs/talos/pkg/machinery/resources/network"
	"github.com/siderolabs/talos/pkg/machinery/resources/runtime"
	"github.com/siderolabs/talos/pkg/machinery/resources/secrets"
	v1alpha1res "github.com/siderolabs/talos/pkg/machinery/resources/v1alpha1"
)

func main() {
	n := &node{wake: make(chan struct{}), state: state.WrapCore(namespaced.NewState(inmem.Build))}
	flag.StringVar(&n.name, "name", "", "its name")
	address := flag.String("address", "", "its address")
	flag.StringVar(&n.installed, "version", "v1.13.8", "the version that it begins with")
	flag.StringVar(&n.folder, "folder", "/opt", "where calls.log is, and ca.yaml: the configuration of a control plane, whose CA signs")
	flag.StringVar(&n.apid, "apid", "/usr/bin/init", "machined, which is apid under that name")
	flag.DurationVar(&n.pause, "boot-time", 2*time.Second, "how long a boot takes")
	flag.Parse()
	n.address = netip.MustParseAddr(*address)
	file, err := os.OpenFile(filepath.Join(n.folder, "calls.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	must(err)
	n.calls = log.New(file, "", 0)
	n.register()
	go n.kubelet()
	serve(constants.APIRuntimeSocketPath, func(s *grpc.Server) { v1alpha1.RegisterStateServer(s, server.NewState(n.state)) })
	serve(constants.MachineSocketPath, func(s *grpc.Server) {
		machine.RegisterMachineServiceServer(s, n)
		machine.RegisterImageServiceServer(s, images{n: n})
		machine.RegisterLifecycleServiceServer(s, lifecycle{n: n})
		v1alpha1.RegisterStateServer(s, server.NewState(n.state))
	},
		grpc.UnaryInterceptor(func(ctx context.Context, ask any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if err := n.admit(ctx, info.FullMethod, ask); err != nil {
				return nil, err
			}
			return next(ctx, ask)
		}),
		grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			if err := n.admit(stream.Context(), info.FullMethod, nil); err != nil {
				return err
			}
			return next(srv, stream)
		}))
	n.boot()
	select {}
}

// register has the definitions of the resources that clients look up.
func (n *node) register() {
	ctx := context.Background()
	spaces, kinds := registry.NewNamespaceRegistry(n.state), registry.NewResourceRegistry(n.state)
	must(spaces.RegisterDefault(ctx))
	must(kinds.RegisterDefault(ctx))
	for _, one := range []meta.ResourceWithRD{
		&config.MachineConfig{}, &config.MachineType{}, &network.HostnameStatus{}, &network.NodeAddress{}, &runtime.Version{}, &runtime.MachineStatus{},
		&runtime.ExtensionStatus{}, &runtime.APIServiceConfig{}, &secrets.API{}, &v1alpha1res.Service{}, &k8s.Nodename{}, &k8s.KubeletSpec{},
	} {
		must(kinds.Register(ctx, one))
	}
}

// kubelet says of itself what agent.py asks of one.
func (n *node) kubelet() {
	certificate, err := selfSigned(n.name)
	must(err)
	own := fmt.Sprintf(`{"name":%q,"version":"v1.36.2","pods":[]}`, n.name)
	server := &http.Server{Addr: ":10250", TLSConfig: certificate, Handler: http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		_, _ = answer.Write([]byte(own))
	})}
	must(server.ListenAndServeTLS("", ""))
}

func serve(path string, register func(*grpc.Server), options ...grpc.ServerOption) {
	must(os.MkdirAll(filepath.Dir(path), 0o755))
	_ = os.Remove(path)
	listener, err := net.Listen("unix", path)
	must(err)
	server := grpc.NewServer(append(options, grpc.MaxRecvMsgSize(32<<20))...)
	register(server)
	go func() { must(server.Serve(listener)) }()
}

// What may be called only by whom; Talos asks the same of a client's certificate.
var admins = []string{"ApplyConfiguration", "Bootstrap", "Kubeconfig", "Read", "Reset", "Upgrade"}
var operators = []string{"Reboot", "Shutdown", "Pull"}

// admit writes a call down, and refuses it to those who may not.
func (n *node) admit(ctx context.Context, method string, ask any) error {
	headers, _ := metadata.FromIncomingContext(ctx)
	roles := headers[constants.APIAuthzRoleMetadataKey]
	n.calls.Printf("%d %s node=%v nodes=%v roles=%v %v", time.Now().UnixMilli(), method, headers["node"], headers["nodes"], roles, detail(ask))
	name := method[strings.LastIndexByte(method, '/')+1:]
	is := func(role string) bool { return slices.Contains(roles, role) }
	if slices.Contains(admins, name) && !is("os:admin") && !(name == "ApplyConfiguration" && n.config == nil) ||
		slices.Contains(operators, name) && !is("os:admin") && !is("os:operator") {
		return status.Error(codes.PermissionDenied, "not authorized")
	}
	return nil
}

// detail is what of a call is worth being read in the log: no configuration.
func detail(ask any) any {
	switch message := ask.(type) {
	case *machine.RebootRequest:
		return message.GetMode()
	case *machine.ResetRequest:
		return fmt.Sprintf("graceful=%t reboot=%t mode=%s partitions=%v disks=%v", message.GetGraceful(), message.GetReboot(),
			message.GetMode(), message.GetSystemPartitionsToWipe(), message.GetUserDisksToWipe())
	}
	return ""
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
