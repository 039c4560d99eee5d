// Answers questions about substitution and values with the libraries of Flux that go.mod pins:
// one JSON object a line on standard input, one a line on standard output, in order.
//
// Every question has an "ask"; an answer has an "error" where the library gives one, and where
// it panics.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/artifact/storage"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/sourceignore"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/yaml"
)

// question is what any of the kinds of questions may need.
type question struct {
	// Ask is text, object, values, build or ignore.
	Ask string `json:"ask"`
	// Text is a text with variables, or an object as YAML, or the values of a release as YAML.
	Text      string            `json:"text"`
	Variables map[string]string `json:"variables"`
	Strict    bool              `json:"strict"`
	Always    bool              `json:"always"`
	// References are the entries of valuesFrom.
	References []meta.ValuesReference `json:"references"`
	// ConfigMaps and Secrets by name.
	ConfigMaps map[string]map[string]string `json:"configMaps"`
	Secrets    map[string]map[string]string `json:"secrets"`
	// Files are those of a repository by path, Path the folder to build.
	Files  map[string]string `json:"files"`
	Path   string            `json:"path"`
	Ignore *string           `json:"ignore"`
}

// answer holds what was asked for, or why there is none.
type answer struct {
	Error string `json:"error,omitempty"`
	Text  string `json:"text"`
	Value any    `json:"value,omitempty"`
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(output)
	decoder := json.NewDecoder(input)
	for decoder.More() {
		var asked question
		if err := decoder.Decode(&asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(reply(asked)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if input.Buffered() == 0 {
			output.Flush()
		}
	}
	output.Flush()
}

func reply(asked question) (given answer) {
	defer func() {
		if caught := recover(); caught != nil {
			given = answer{Error: fmt.Sprint("panic: ", caught)}
		}
	}()
	var err error
	switch asked.Ask {
	case "text":
		given.Text, err = text(asked)
	case "object":
		given.Value, err = object(asked)
	case "values":
		given.Value, err = values(asked)
	case "build":
		given.Text, err = build(asked)
	case "ignore":
		given.Value, err = kept(asked)
	default:
		err = fmt.Errorf("cannot %q", asked.Ask)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return given
}

func text(asked question) (string, error) {
	filled, err := envsubst.Eval(asked.Text, func(name string) (string, bool) {
		value, set := asked.Variables[name]
		// As variables are loaded.
		return strings.ReplaceAll(value, "\n", ""), set || !asked.Strict
	})
	if err == nil && !utf8.ValidString(filled) {
		err = fmt.Errorf("not UTF-8")
	}
	return filled, err
}

func object(asked question) (any, error) {
	resource, err := provider.NewDefaultDepProvider().GetResourceFactory().FromBytes([]byte(asked.Text))
	if err != nil {
		return nil, fmt.Errorf("no object: %w", err)
	}
	substitute := map[string]any{}
	for name, value := range asked.Variables {
		substitute[name] = value
	}
	flux := unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{"postBuild": map[string]any{"substitute": substitute}},
	}}
	filled, err := kustomize.SubstituteVariables(context.Background(), nil, flux, resource,
		kustomize.SubstituteWithDryRun(true),
		kustomize.SubstituteWithStrict(asked.Strict),
		kustomize.SubstituteWithAlways(asked.Always))
	if err != nil {
		return nil, err
	}
	if filled == nil {
		filled = resource
	}
	// As the controller goes on: printed, and read by the API machinery.
	printed, err := filled.AsYAML()
	if err != nil {
		return nil, err
	}
	var value any
	err = yaml.Unmarshal(printed, &value)
	return value, err
}

func values(asked question) (any, error) {
	builder := fake.NewClientBuilder()
	for name, data := range asked.ConfigMaps {
		builder.WithObjects(&corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "space"}, Data: data,
		})
	}
	for name, data := range asked.Secrets {
		bytes := map[string][]byte{}
		for key, value := range data {
			bytes[key] = []byte(value)
		}
		var secret client.Object = &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "space"}, Data: bytes,
		}
		builder.WithObjects(secret)
	}
	inline := map[string]any{}
	if err := yaml.Unmarshal([]byte(asked.Text), &inline); err != nil {
		return nil, fmt.Errorf("no values: %w", err)
	}
	made, err := chartutil.ChartValuesFromReferences(
		context.Background(), logr.Discard(), builder.Build(), "space", inline, asked.References...)
	if err != nil {
		return nil, err
	}
	return made.AsMap(), nil
}

func repository(asked question) (string, func(), error) {
	folder, err := os.MkdirTemp("", "flux-libraries")
	if err != nil {
		return "", nil, err
	}
	clean := func() { os.RemoveAll(folder) }
	for path, text := range asked.Files {
		path := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			clean()
			return "", nil, err
		}
	}
	return folder, clean, nil
}

func build(asked question) (string, error) {
	folder, clean, err := repository(asked)
	if err != nil {
		return "", err
	}
	defer clean()
	flux := unstructured.Unstructured{Object: map[string]any{}}
	if err := yaml.Unmarshal([]byte(asked.Text), &flux.Object); err != nil {
		return "", err
	}
	path := filepath.Join(folder, asked.Path)
	if _, err := kustomize.NewGenerator(folder, flux).WriteFile(path); err != nil {
		return "", err
	}
	built, err := kustomize.SecureBuild(folder, path, false)
	if err != nil {
		return "", err
	}
	printed, err := built.AsYaml()
	return string(printed), err
}

func kept(asked question) (any, error) {
	folder, clean, err := repository(asked)
	if err != nil {
		return nil, err
	}
	defer clean()
	domain := strings.Split(folder, string(filepath.Separator))
	patterns, err := sourceignore.LoadIgnorePatterns(folder, domain)
	if err != nil {
		return nil, err
	}
	if asked.Ignore != nil {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(*asked.Ignore), domain)...)
	}
	filter := storage.SourceIgnoreFilter(patterns, domain)
	found := []string{}
	err = filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == folder {
			return err
		}
		// As the archive is written: a folder that is left out is looked through all the same.
		if !filter(path, info) && !info.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			found = append(found, relative)
		}
		return nil
	})
	sort.Strings(found)
	return found, err
}
