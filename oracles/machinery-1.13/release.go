// What of the library is otherwise in a later release.
package main

import (
	"errors"

	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/generate/secrets"
)

func validBundle(loaded *secrets.Bundle) error {
	return loaded.Validate()
}

// releaseOptions are those that not all releases have.
func releaseOptions(asked *question, _ *config.VersionContract) ([]generate.Option, error) {
	if asked.CustomCNI != "" || asked.EtcdDisabled || asked.KubernetesDisabled || asked.KubeSpan {
		return nil, errors.New("only 1.14 is asked for this")
	}
	return nil, nil
}

func read(config.Provider) (answer, error) {
	return answer{}, errors.New("only 1.14 is asked what a node reads")
}
