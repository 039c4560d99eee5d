// A relay before the API of a control plane, which writes down what clients ask and what they are answered, byte for byte: one JSON object
// for each call, one a line. It speaks for the node with a certificate of the cluster's own CA, and to it as an administrator, whoever asks.
package main

import (
	"context"
	"crypto/tls"
	stdx509 "crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"os"
	"sync"
	"time"

	"github.com/siderolabs/crypto/x509"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
)

// call is what is written down of one.
type call struct {
	Client  string   `json:"client"`
	Method  string   `json:"method"`
	Node    []string `json:"node"`
	Ask     []byte   `json:"ask"`
	Answers [][]byte `json:"answers"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
}

// most is how many bytes of one call's answers are written down.
const most = 1 << 20

// raw hands messages on as they are.
type raw struct{}

func (raw) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }
func (raw) Unmarshal(data []byte, into any) error {
	*into.(*[]byte) = append([]byte(nil), data...)
	return nil
}
func (raw) Name() string { return "proto" }

func main() {
	listen := flag.String("listen", "", "address and port")
	to := flag.String("to", "", "the control plane")
	configuration := flag.String("config", "", "its configuration")
	file := flag.String("log", "", "where calls are written")
	flag.Parse()
	text, err := os.ReadFile(*configuration)
	must(err)
	config, err := configloader.NewFromBytes(text)
	must(err)
	issuing := config.Machine().Security().IssuingCA()
	ca, err := x509.NewCertificateAuthorityFromCertificateAndKey(issuing)
	must(err)
	host, _, err := net.SplitHostPort(*listen)
	must(err)
	server := pair(ca, stdx509.ExtKeyUsageServerAuth, x509.IPAddresses([]net.IP{net.ParseIP(host)}))
	client := pair(ca, stdx509.ExtKeyUsageClientAuth, x509.Organization("os:admin"))
	trusted := stdx509.NewCertPool()
	trusted.AppendCertsFromPEM(issuing.Crt)
	up, err := grpc.NewClient(*to, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: trusted, Certificates: []tls.Certificate{client}})),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(32<<20)))
	must(err)
	out, err := os.Create(*file)
	must(err)
	var lock sync.Mutex
	down := grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.MaxRecvMsgSize(32<<20),
		grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequestClientCert})),
		grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
			one := call{}
			err := relay(up, stream, &one)
			state := status.Convert(err)
			one.Code, one.Message = state.Code().String(), state.Message()
			lock.Lock()
			defer lock.Unlock()
			_ = json.NewEncoder(out).Encode(one)
			return err
		}))
	listener, err := net.Listen("tcp", *listen)
	must(err)
	must(down.Serve(listener))
}

// relay hands one question on, and every answer back.
func relay(up *grpc.ClientConn, stream grpc.ServerStream, one *call) error {
	one.Method, _ = grpc.MethodFromServerStream(stream)
	headers, _ := metadata.FromIncomingContext(stream.Context())
	one.Node = append(headers["node"], headers["nodes"]...)
	for _, agent := range headers["user-agent"] {
		one.Client = agent
	}
	forward := metadata.MD{}
	for _, name := range []string{"node", "nodes"} {
		forward[name] = headers[name]
	}
	if err := stream.RecvMsg(&one.Ask); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(stream.Context(), forward))
	defer cancel()
	above, err := up.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, one.Method)
	if err != nil {
		return err
	}
	if err := above.SendMsg(&one.Ask); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := above.CloseSend(); err != nil {
		return err
	}
	for size := 0; ; {
		var answer []byte
		if err := above.RecvMsg(&answer); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if size += len(answer); size <= most {
			one.Answers = append(one.Answers, answer)
		}
		if err := stream.SendMsg(&answer); err != nil {
			return err
		}
	}
}

func pair(ca *x509.CertificateAuthority, usage stdx509.ExtKeyUsage, more ...x509.Option) tls.Certificate {
	issued, err := x509.NewKeyPair(ca, append(more, x509.CommonName("recorder"), x509.NotAfter(time.Now().Add(time.Hour)),
		x509.KeyUsage(stdx509.KeyUsageDigitalSignature), x509.ExtKeyUsage([]stdx509.ExtKeyUsage{usage}))...)
	must(err)
	return *issued.Certificate
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
