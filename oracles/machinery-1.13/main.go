// Answers questions about machine configurations with the machinery of Talos that go.mod pins:
// one JSON object a line on standard input, one a line on standard output, in order.
//
// Every question has an "ask"; an answer has an "error" where the machinery gives one, and
// where it panics.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	clientconfig "github.com/siderolabs/talos/pkg/machinery/client/config"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/configpatcher"
	"github.com/siderolabs/talos/pkg/machinery/config/encoder"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/generate/secrets"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/config/validation"
)

// question is what any of the sub-commands may need.
type question struct {
	// Ask is generate, patch, validate, bundle, talosconfig or read.
	Ask string `json:"ask"`
	// Text is a config, a bundle or a talosconfig.
	Text string `json:"text"`
	// Patches are applied in order; each is loaded before any is applied.
	Patches []string `json:"patches"`

	Bundle            string   `json:"bundle"`
	Contract          string   `json:"contract"`
	Role              string   `json:"role"`
	Cluster           string   `json:"cluster"`
	Endpoint          string   `json:"endpoint"`
	Kubernetes        string   `json:"kubernetes"`
	InstallDisk       string   `json:"installDisk"`
	InstallImage      string   `json:"installImage"`
	MachineSANs       []string `json:"machineSANs"`
	APIServerSANs     []string `json:"apiServerSANs"`
	DNSDomain         string   `json:"dnsDomain"`
	PodSubnets        []string `json:"podSubnets"`
	ServiceSubnets    []string `json:"serviceSubnets"`
	AllowScheduling   bool     `json:"allowScheduling"`
	LenientValidation bool     `json:"lenient"`
	// AsNode leaves nothing of the validation to the node.
	AsNode bool `json:"asNode"`

	Debug              bool                `json:"debug"`
	Discovery          *bool               `json:"discovery"`
	ExtraKernelArgs    []string            `json:"extraKernelArgs"`
	KubePrismPort      *int                `json:"kubePrismPort"`
	LocalAPIServerPort int                 `json:"localAPIServerPort"`
	RegistryCA         map[string]string   `json:"registryCA"`
	RegistryInsecure   []string            `json:"registryInsecure"`
	RegistryMirrors    map[string][]string `json:"registryMirrors"`
	Sysctls            map[string]string   `json:"sysctls"`
	// AESCBC is put into the bundle, which may not have both when it is loaded.
	AESCBC           string `json:"aescbc"`
	WithoutSecretbox bool   `json:"withoutSecretbox"`

	// What only some releases can be asked for.
	CustomCNI          string `json:"customCNI"`
	EtcdDisabled       bool   `json:"etcdDisabled"`
	KubernetesDisabled bool   `json:"kubernetesDisabled"`
	KubeSpan           bool   `json:"kubeSpan"`
}

// answer holds what was asked for, or why there is none.
type answer struct {
	Error    string   `json:"error,omitempty"`
	Text     string   `json:"text,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	Contexts any      `json:"contexts,omitempty"`
	// Values are what a node reads, by the names of what it is read with, and Skipped is what could not be asked for.
	Values  map[string]any `json:"values,omitempty"`
	Skipped []string       `json:"skipped,omitempty"`
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	decoder := json.NewDecoder(lines)
	encode := json.NewEncoder(out)
	encode.SetEscapeHTML(false)
	for decoder.More() {
		var asked question
		if err := decoder.Decode(&asked); err != nil {
			fmt.Fprintln(os.Stderr, "not a question:", err)
			os.Exit(1)
		}
		if err := encode.Encode(safely(&asked)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if lines.Buffered() == 0 {
			out.Flush()
		}
	}
	out.Flush()
}

// safely answers, also where the machinery panics.
func safely(asked *question) (given answer) {
	defer func() {
		if reason := recover(); reason != nil {
			given = answer{Error: fmt.Sprint("panic: ", reason)}
		}
	}()
	given, err := reply(asked)
	if err != nil {
		given.Error = err.Error()
	}
	return given
}

func reply(asked *question) (answer, error) {
	switch asked.Ask {
	case "generate":
		return made(asked)
	case "patch":
		return patched(asked)
	case "validate":
		return validated(asked)
	case "bundle":
		loaded, err := bundle(asked.Text)
		if err != nil {
			return answer{}, err
		}
		return answer{}, validBundle(loaded)
	case "talosconfig":
		parsed, err := clientconfig.FromString(asked.Text)
		if err != nil {
			return answer{}, err
		}
		return answer{Text: parsed.Context, Contexts: parsed.Contexts}, nil
	case "read":
		provider, err := configloader.NewFromBytes([]byte(asked.Text))
		if err != nil {
			return answer{}, err
		}
		return read(provider)
	}
	return answer{}, fmt.Errorf("nothing answers %q", asked.Ask)
}

// made is a config as the generator has it, without comments.
func made(asked *question) (answer, error) {
	secretsBundle, err := bundle(asked.Bundle)
	if err != nil {
		return answer{}, err
	}
	if asked.AESCBC != "" {
		secretsBundle = withAESCBC(secretsBundle, asked)
	}
	contract, err := config.ParseContractFromVersion(asked.Contract)
	if err != nil {
		return answer{}, err
	}
	role, err := machine.ParseType(asked.Role)
	if err != nil {
		return answer{}, err
	}
	options := []generate.Option{
		generate.WithSecretsBundle(secretsBundle),
		generate.WithVersionContract(contract),
		generate.WithDebug(asked.Debug),
		generate.WithSysctls(asked.Sysctls),
		generate.WithInstallExtraKernelArgs(asked.ExtraKernelArgs),
		generate.WithLocalAPIServerPort(asked.LocalAPIServerPort),
		generate.WithInstallDisk(asked.InstallDisk),
		generate.WithInstallImage(asked.InstallImage),
		generate.WithDNSDomain(asked.DNSDomain),
		generate.WithAllowSchedulingOnControlPlanes(asked.AllowScheduling),
	}
	if asked.Discovery != nil {
		options = append(options, generate.WithClusterDiscovery(*asked.Discovery))
	}
	if asked.KubePrismPort != nil {
		options = append(options, generate.WithKubePrismPort(*asked.KubePrismPort))
	}
	for host, endpoints := range asked.RegistryMirrors {
		options = append(options, generate.WithRegistryMirror(host, endpoints...))
	}
	for host, certificate := range asked.RegistryCA {
		options = append(options, generate.WithRegistryCACert(host, certificate))
	}
	for _, host := range asked.RegistryInsecure {
		options = append(options, generate.WithRegistryInsecureSkipVerify(host))
	}
	more, err := releaseOptions(asked, contract)
	if err != nil {
		return answer{}, err
	}
	options = append(options, more...)
	input, err := generate.NewInput(asked.Cluster, asked.Endpoint, asked.Kubernetes, options...)
	if err != nil {
		return answer{}, err
	}
	input.AdditionalSubjectAltNames = asked.APIServerSANs
	input.AdditionalMachineCertSANs = asked.MachineSANs
	if asked.PodSubnets != nil {
		input.PodNet = asked.PodSubnets
	}
	if asked.ServiceSubnets != nil {
		input.ServiceNet = asked.ServiceSubnets
	}
	provider, err := input.Config(role)
	if err != nil {
		return answer{}, err
	}
	return encoded(provider.EncodeBytes(encoder.WithComments(encoder.CommentsDisabled)))
}

// patched is a config with patches, each of which is a strategic merge or JSON 6902.
func patched(asked *question) (answer, error) {
	provider, err := configloader.NewFromBytes([]byte(asked.Text))
	if err != nil {
		return answer{}, fmt.Errorf("the config to patch: %w", err)
	}
	var patches []configpatcher.Patch
	for _, text := range asked.Patches {
		patch, err := configpatcher.LoadPatch([]byte(text))
		if err != nil {
			return answer{}, err
		}
		patches = append(patches, patch)
	}
	out, err := configpatcher.Apply(configpatcher.WithConfig(provider), patches)
	if err != nil {
		return answer{}, err
	}
	return encoded(out.Bytes())
}

func encoded(text []byte, err error) (answer, error) {
	return answer{Text: string(text)}, err
}

// validated is what the loader, which knows every field, and the client-side validation say.
func validated(asked *question) (answer, error) {
	provider, err := configloader.NewFromBytes([]byte(asked.Text))
	if err != nil {
		return answer{}, err
	}
	var options []validation.Option
	if !asked.AsNode {
		options = append(options, validation.WithLocal())
	}
	if !asked.LenientValidation {
		options = append(options, validation.WithStrict())
	}
	warnings, err := provider.Validate(metal{}, options...)
	return answer{Warnings: warnings}, err
}

// metal is the mode of machines that install to a disk.
type metal struct{}

func (metal) String() string        { return "metal" }
func (metal) RequiresInstall() bool { return true }
func (metal) InContainer() bool     { return false }

// withAESCBC is a copy of a bundle that has such a secret too, or instead.
func withAESCBC(known *secrets.Bundle, asked *question) *secrets.Bundle {
	bundle, inner := *known, *known.Secrets
	inner.AESCBCEncryptionSecret = asked.AESCBC
	if asked.WithoutSecretbox {
		inner.SecretboxEncryptionSecret = ""
	}
	bundle.Secrets = &inner
	return &bundle
}

var bundles = map[string]*secrets.Bundle{}

// bundle goes through a file, because that is what the machinery's own loader reads.
func bundle(text string) (*secrets.Bundle, error) {
	if known, ok := bundles[text]; ok {
		return known, nil
	}
	folder, err := os.MkdirTemp("", "machinery-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "talsecret.yaml")
	if err := os.WriteFile(path, bytes.TrimSpace([]byte(text)), 0o600); err != nil {
		return nil, err
	}
	loaded, err := secrets.LoadBundle(path)
	if err == nil {
		bundles[text] = loaded
	}
	return loaded, err
}
