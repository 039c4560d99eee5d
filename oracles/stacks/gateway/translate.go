// Translate asks the translator of Envoy Gateway, as the running gateway is configured, what it makes of
// objects: each of them with its conditions, and the configuration of each fleet of Envoys.
//
// It is built inside a copy of Envoy Gateway's module, whose packages nobody else may import. `egctl x
// translate` is the same translator, but it knows neither the gateway's configuration nor its
// namespace, where the key of its cookies lies, and loses the labels that selectors look for.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/api/v1alpha1/validation"
	"github.com/envoyproxy/gateway/internal/envoygateway/config"
	"github.com/envoyproxy/gateway/internal/gatewayapi"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
	"github.com/envoyproxy/gateway/internal/logging"
	"github.com/envoyproxy/gateway/internal/xds/translator"
)

type question struct {
	// Namespace is where the gateway runs.
	Namespace string `json:"namespace"`
	// Config is its configuration, an EnvoyGateway.
	Config json.RawMessage `json:"config"`
	// Objects are what the cluster has.
	Objects []json.RawMessage `json:"objects"`
}

type answer struct {
	// Resources are the objects that have a status.
	Resources *resource.Resources `json:"resources"`
	// Fleets are Envoy's resources by type, for each fleet of Envoys.
	Fleets map[string]map[string][]json.RawMessage `json:"fleets"`
	// Faults are what the translator says beside the conditions.
	Faults []string `json:"faults"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var asked question
	if err := json.Unmarshal(input, &asked); err != nil {
		return err
	}
	gateway, err := config.DecodeBytes(asked.Config)
	if err != nil {
		return fmt.Errorf("the configuration of the gateway: %w", err)
	}
	// What is misspelt or in the wrong place would be passed over.
	strict := json.NewDecoder(bytes.NewReader(asked.Config))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&egv1a1.EnvoyGateway{}); err != nil {
		return fmt.Errorf("the configuration of the gateway: %w", err)
	}
	gateway.SetEnvoyGatewayDefaults()
	if err := validation.ValidateEnvoyGateway(gateway); err != nil {
		return fmt.Errorf("the configuration of the gateway: %w", err)
	}
	resources, err := load(asked.Objects, gateway)
	if err != nil {
		return err
	}
	if resources.GatewayClass == nil {
		return errors.New("there is no GatewayClass")
	}
	said := answer{Fleets: map[string]map[string][]json.RawMessage{}, Faults: []string{}}
	if proxy := resources.EnvoyProxyForGatewayClass; proxy != nil {
		if err := validation.ValidateEnvoyProxy(proxy); err != nil {
			said.Faults = append(said.Faults, err.Error())
		}
	}
	if err := translate(asked.Namespace, gateway, resources, &said); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

// load reads objects one by one, so that the one that is refused is named.
func load(objects []json.RawMessage, gateway *egv1a1.EnvoyGateway) (*resource.Resources, error) {
	var all []byte
	metadata := map[string]*metav1.PartialObjectMetadata{}
	for _, object := range objects {
		known := &metav1.PartialObjectMetadata{}
		if err := json.Unmarshal(object, known); err != nil {
			return nil, err
		}
		if _, err := resource.LoadResourcesFromYAMLBytes(object, false, gateway); err != nil {
			return nil, fmt.Errorf("%s %s/%s: %w", known.Kind, known.Namespace, known.Name, err)
		}
		metadata[key(known.Kind, known)] = known
		all = append(all, "---\n"...)
		all = append(all, object...)
		all = append(all, '\n')
	}
	resources, err := resource.LoadResourcesFromYAMLBytes(all, false, gateway)
	if err != nil {
		return nil, err
	}
	label(resources.Gateways, "Gateway", metadata)
	label(resources.HTTPRoutes, "HTTPRoute", metadata)
	label(resources.GRPCRoutes, "GRPCRoute", metadata)
	label(resources.TLSRoutes, "TLSRoute", metadata)
	label(resources.TCPRoutes, "TCPRoute", metadata)
	label(resources.UDPRoutes, "UDPRoute", metadata)
	label(resources.Namespaces, "Namespace", metadata)
	return resources, nil
}

func key(kind string, object metav1.Object) string {
	return kind + " " + object.GetNamespace() + "/" + object.GetName()
}

// label gives back the labels and annotations that reading leaves out.
func label[T metav1.Object](objects []T, kind string, metadata map[string]*metav1.PartialObjectMetadata) {
	for _, object := range objects {
		if known, ok := metadata[key(kind, object)]; ok {
			object.SetLabels(known.Labels)
			object.SetAnnotations(known.Annotations)
		}
	}
}

func translate(namespace string, gateway *egv1a1.EnvoyGateway, resources *resource.Resources, said *answer) error {
	logger := logging.DefaultLogger(io.Discard, egv1a1.LogLevelInfo)
	apis := gateway.ExtensionAPIs
	first := &gatewayapi.Translator{
		GatewayControllerName:   gateway.Gateway.ControllerName,
		GatewayClassName:        gwapiv1.ObjectName(resources.GatewayClass.Name),
		GlobalRateLimitEnabled:  gateway.RateLimit != nil,
		EnvoyPatchPolicyEnabled: apis != nil && apis.EnableEnvoyPatchPolicy,
		BackendEnabled:          apis != nil && apis.EnableBackend,
		SDSSecretRefEnabled:     apis != nil && apis.EnableSDSSecretRef,
		ControllerNamespace:     namespace,
		MergeGateways:           gatewayapi.IsMergeGatewaysEnabled(resources),
		MergeBackends:           gatewayapi.ResolveMergeBackendsConfig(resources),
		// No pod runs, so that Services have addresses of their own and no endpoints.
		EndpointRoutingDisabled: true,
		Logger:                  logger,
	}
	for _, extension := range gateway.GetExtensionManagers() {
		for _, one := range append(extension.Resources, extension.BackendResources...) {
			kind := schema.GroupKind{Group: one.Group, Kind: one.Kind}
			first.ExtensionGroupKinds = append(first.ExtensionGroupKinds, kind)
		}
	}
	result, err := first.Translate(resources)
	if err != nil {
		said.Faults = append(said.Faults, err.Error())
	}
	said.Resources = &result.Resources
	for fleet, ir := range result.XdsIR {
		second := &translator.Translator{
			ControllerNamespace: namespace,
			FilterOrder:         ir.FilterOrder,
			RuntimeFlags:        gateway.RuntimeFlags,
			Logger:              logger,
		}
		if gateway.RateLimit != nil {
			second.GlobalRateLimit = &translator.GlobalRateLimitSettings{ServiceURL: "grpc://ratelimit:8081"}
		}
		table, err := second.Translate(ir)
		if err != nil {
			said.Faults = append(said.Faults, fmt.Sprintf("%s: %s", fleet, err))
		}
		if table == nil {
			continue
		}
		types := map[string][]json.RawMessage{}
		for name, messages := range table.XdsResources {
			for _, message := range messages {
				text, err := protojson.Marshal(message)
				if err != nil {
					return err
				}
				types[name] = append(types[name], text)
			}
		}
		said.Fleets[fleet] = types
	}
	return nil
}
