// What of the library is otherwise in an earlier release.
package main

import (
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/generate/secrets"
)

func validBundle(loaded *secrets.Bundle) error {
	return loaded.Validate(config.TalosVersion1_14)
}

// releaseOptions are those that not all releases have.
func releaseOptions(asked *question, contract *config.VersionContract) ([]generate.Option, error) {
	if asked.KubernetesDisabled {
		contract = contract.DisableKubernetes()
	}
	if asked.EtcdDisabled {
		contract = contract.DisableEtcd()
	}
	options := []generate.Option{generate.WithVersionContract(contract)}
	if asked.CustomCNI != "" {
		options = append(options, generate.WithCustomCNIUrl(asked.CustomCNI))
	}
	if asked.KubeSpan {
		options = append(options, generate.WithKubeSpanEnabled(true))
	}
	return options, nil
}
