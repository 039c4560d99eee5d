package main

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/siderolabs/talos/pkg/machinery/config"
	accessors "github.com/siderolabs/talos/pkg/machinery/config/config"
	"github.com/siderolabs/talos/pkg/machinery/constants"
)

// read is everything that the accessors of a config give, whichever documents have it: what a
// node reads, and nothing of how it is written.
func read(provider config.Provider) (answer, error) {
	found := reader{values: map[string]any{}}
	for _, method := range methods(reflect.TypeFor[accessors.Config]()) {
		found.call("", reflect.ValueOf(provider), method)
	}
	slices.Sort(found.skipped)
	return answer{Values: found.values, Skipped: found.skipped}, nil
}

// finer are interfaces that nodes look for in a value of a wider one.
var finer = []reflect.Type{
	reflect.TypeFor[accessors.NetworkBondConfig](),
	reflect.TypeFor[accessors.NetworkBridgeConfig](),
	reflect.TypeFor[accessors.NetworkDummyLinkConfig](),
	reflect.TypeFor[accessors.NetworkHCloudVIPConfig](),
	reflect.TypeFor[accessors.NetworkHTTPProbeConfig](),
	reflect.TypeFor[accessors.NetworkHardwareAddressConfig](),
	reflect.TypeFor[accessors.NetworkTCPProbeConfig](),
	reflect.TypeFor[accessors.NetworkVLANConfig](),
	reflect.TypeFor[accessors.NetworkVRFConfig](),
	reflect.TypeFor[accessors.NetworkVethConfig](),
	reflect.TypeFor[accessors.NetworkWireguardConfig](),
	reflect.TypeFor[accessors.VolumeScrubConfigProvider](),
	reflect.TypeFor[accessors.VolumeTrimConfigProvider](),
}

// named are the accessors that take a name, and the names that there are.
var named = map[string][]string{
	"ByName": append([]string{
		constants.EphemeralPartitionLabel, constants.ImageCachePartitionLabel, constants.MetaPartitionLabel, constants.StatePartitionLabel,
	}, accessors.PromotableSystemVolumeNames...),
	"Get": {constants.EphemeralPartitionLabel, constants.StatePartitionLabel},
}

type reader struct {
	values  map[string]any
	skipped []string
}

// call writes down what a method gives; without a result it only marks a type.
func (r *reader) call(owner string, value reflect.Value, method reflect.Method) {
	if method.Type.NumOut() == 0 {
		return
	}
	name := strings.TrimPrefix(owner+"."+method.Name, ".")
	defer func() {
		if recover() != nil {
			r.skipped = append(r.skipped, name+" panics")
		}
	}()
	bound := value.MethodByName(method.Name)
	texts, known := named[method.Name]
	switch {
	case bound.Type().NumIn() == 0:
		r.results(name, bound.Call(nil))
	case known && bound.Type().NumIn() == 1:
		for _, text := range texts {
			r.results(fmt.Sprintf("%s[%s]", name, text), bound.Call([]reflect.Value{reflect.ValueOf(text)}))
		}
	default:
		r.skipped = append(r.skipped, name+" takes arguments")
	}
}

// results are one value, and with it an error or whether it was found.
func (r *reader) results(name string, results []reflect.Value) {
	if len(results) > 1 {
		if err, failed := results[1].Interface().(error); failed && err != nil {
			r.values[name] = "error: " + err.Error()
			return
		}
	}
	r.walk(name, results[0])
}

// walk writes down a value: by accessors where its type is an interface, and else as data.
func (r *reader) walk(name string, value reflect.Value) {
	static := value.Type()
	switch {
	case static.Kind() == reflect.Interface && static.NumMethod() > 0:
		r.accessors(name, value)
		return
	case text(value) != nil:
		r.values[name] = *text(value)
		return
	case isOptional(value):
		if value.MethodByName("IsPresent").Call(nil)[0].Bool() {
			r.walk(name, value.MethodByName("ValueOrZero").Call(nil)[0])
		} else {
			r.values[name] = nil
		}
		return
	}
	switch static.Kind() {
	case reflect.Interface, reflect.Pointer:
		if value.IsNil() {
			r.values[name] = nil
		} else {
			r.walk(name, value.Elem())
		}
	case reflect.Slice, reflect.Array:
		r.list(name, value)
	case reflect.Map:
		if value.Len() == 0 {
			r.values[name] = nil
		}
		for _, key := range value.MapKeys() {
			r.walk(fmt.Sprintf("%s[%v]", name, key), value.MapIndex(key))
		}
	case reflect.Struct:
		for index := range static.NumField() {
			if field := static.Field(index); field.IsExported() {
				r.walk(name+"."+field.Name, value.Field(index))
			}
		}
	default:
		r.values[name] = value.Interface()
	}
}

// accessors are those of the interface that a value is given as, and of finer ones that it is, too.
func (r *reader) accessors(name string, value reflect.Value) {
	if value.IsNil() || value.Elem().Kind() == reflect.Pointer && value.Elem().IsNil() {
		r.values[name] = nil
		return
	}
	all := methods(value.Type())
	for _, narrow := range finer {
		if value.Elem().Type().Implements(narrow) {
			all = append(all, methods(narrow)...)
		}
	}
	called := map[string]bool{}
	for _, method := range all {
		if !called[method.Name] {
			called[method.Name] = true
			r.call(name, value.Elem(), method)
		}
	}
}

// list is one of things with names, by these; and else by place.
func (r *reader) list(name string, value reflect.Value) {
	if bytes, ok := value.Interface().([]byte); ok {
		r.values[name] = string(bytes)
		return
	}
	if value.Len() == 0 {
		r.values[name] = nil
	}
	for index := range value.Len() {
		key := fmt.Sprint(index)
		if thing, ok := value.Index(index).Interface().(interface{ Name() string }); ok && value.Type().Elem().Kind() == reflect.Interface {
			key = thing.Name()
		}
		place := fmt.Sprintf("%s[%s]", name, key)
		r.walk(place, value.Index(index))
	}
}

func methods(static reflect.Type) []reflect.Method {
	var all []reflect.Method
	for index := range static.NumMethod() {
		all = append(all, static.Method(index))
	}
	return all
}

// text is the notation of values that have one, such as addresses, durations and expressions.
func text(value reflect.Value) *string {
	if !value.CanInterface() || value.Kind() == reflect.Pointer && value.IsNil() {
		return nil
	}
	var words string
	switch known := value.Interface().(type) {
	case fmt.Stringer:
		words = known.String()
	case encoding.TextMarshaler:
		bytes, err := known.MarshalText()
		if err != nil {
			return nil
		}
		words = string(bytes)
	default:
		return nil
	}
	return &words
}

func isOptional(value reflect.Value) bool {
	return value.Kind() == reflect.Struct && value.MethodByName("IsPresent").IsValid() && value.MethodByName("ValueOrZero").IsValid()
}
