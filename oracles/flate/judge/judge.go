// What helm-controller installs of releases, without a cluster: a question a line, as JSON, and an answer a line.
//
// It is built within helm-controller's own module, whose packages nobody else may import, and calls the action that the
// controller calls, with the values that its library puts together. What lies in crds/ is what that action hands to its client.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/fluxcd/pkg/chartutil"
	"github.com/fluxcd/pkg/runtime/transform"
	"github.com/go-logr/logr"
	helmaction "helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	v2chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/kube"
	"helm.sh/helm/v4/pkg/kube/fake"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrlclient "sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/fluxcd/helm-controller/internal/action"
)

type question struct {
	Release v2.HelmRelease `json:"release"`
	// Chart is the path of an archive.
	Chart       string             `json:"chart"`
	ValuesFiles []string           `json:"valuesFiles"`
	MayMiss     bool               `json:"mayMiss"`
	ConfigMaps  []corev1.ConfigMap `json:"configMaps"`
	Secrets     []corev1.Secret    `json:"secrets"`
	Kubernetes  string             `json:"kubernetes"`
	APIs        []string           `json:"apis"`
}

type hook struct {
	Events []string `json:"events"`
	Text   string   `json:"text"`
}

type answer struct {
	Error string   `json:"error,omitempty"`
	Name  string   `json:"name"`
	Text  string   `json:"text"`
	Hooks []hook   `json:"hooks"`
	CRDs  []string `json:"crds"`
}

// cluster is what holds values.
type cluster struct {
	ctrlclient.Client
	question
}

func (c cluster) Get(_ context.Context, key ctrlclient.ObjectKey, into ctrlclient.Object, _ ...ctrlclient.GetOption) error {
	is := func(object ctrlclient.Object) bool { return ctrlclient.ObjectKeyFromObject(object) == key }
	switch into := into.(type) {
	case *corev1.ConfigMap:
		for _, one := range c.ConfigMaps {
			if is(&one) {
				one.DeepCopyInto(into)
				return nil
			}
		}
	case *corev1.Secret:
		for _, one := range c.Secrets {
			if is(&one) {
				one.DeepCopyInto(into)
				if into.Data == nil {
					into.Data = map[string][]byte{}
				}
				// As the API server stores it.
				for name, text := range one.StringData {
					into.Data[name] = []byte(text)
				}
				return nil
			}
		}
	}
	return apierrors.NewNotFound(schema.GroupResource{}, key.String())
}

// client notes what it is to build.
type client struct {
	fake.PrintingKubeClient
	built []string
}

func (c *client) Build(reader io.Reader, _ bool) (kube.ResourceList, error) {
	text, err := io.ReadAll(reader)
	c.built = append(c.built, string(text))
	return nil, err
}

// merged is what source-controller makes the values of a chart.
func merged(q question, chart *v2chart.Chart) (map[string]any, error) {
	all := map[string]any{}
	for _, path := range q.ValuesFiles {
		path = filepath.Clean(path)
		if path == "values.yaml" {
			all = transform.MergeMaps(all, chart.Values)
			continue
		}
		at := slices.IndexFunc(chart.Files, func(file *common.File) bool { return file.Name == path })
		if at < 0 && q.MayMiss {
			continue
		}
		if at < 0 {
			return nil, fmt.Errorf("no values file %s", path)
		}
		values := map[string]any{}
		if err := yaml.Unmarshal(chart.Files[at].Data, &values); err != nil {
			return nil, err
		}
		all = transform.MergeMaps(all, values)
	}
	return all, nil
}

func installed(q question) (answer, error) {
	chart, err := loader.LoadFile(q.Chart)
	if err != nil {
		return answer{}, err
	}
	if len(q.ValuesFiles) > 0 {
		if chart.Values, err = merged(q, chart); err != nil {
			return answer{}, err
		}
	}
	version, err := common.ParseKubeVersion(q.Kubernetes)
	if err != nil {
		return answer{}, err
	}
	ctx, release := context.Background(), &q.Release
	values, err := chartutil.ChartValuesFromReferences(ctx, logr.Discard(), cluster{question: q}, release.Namespace,
		release.GetValues(), release.Spec.ValuesFrom...)
	if err != nil {
		return answer{}, err
	}
	if install := release.Spec.Install; install != nil && install.CRDs == v2.CreateReplace {
		// The same where there is nothing yet, and asks no server.
		install.CRDs = v2.Create
	}
	seen := &client{PrintingKubeClient: fake.PrintingKubeClient{Out: io.Discard}}
	config := helmaction.NewConfiguration()
	config.KubeClient = seen
	made, err := action.Install(ctx, config, release, chart, values, func(install *helmaction.Install) {
		install.DryRunStrategy = helmaction.DryRunClient
		install.KubeVersion = version
		install.APIVersions = q.APIs
	})
	if err != nil {
		return answer{}, err
	}
	a := answer{Name: made.Name, Text: made.Manifest, Hooks: []hook{}, CRDs: seen.built}
	for _, one := range made.Hooks {
		events := []string{}
		for _, event := range one.Events {
			events = append(events, event.String())
		}
		a.Hooks = append(a.Hooks, hook{events, one.Manifest})
	}
	return a, nil
}

func main() {
	slog.SetLogLoggerLevel(slog.LevelError)
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			return
		}
		var q question
		var a answer
		if err = json.Unmarshal(line, &q); err == nil {
			a, err = installed(q)
		}
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			return
		}
	}
}
