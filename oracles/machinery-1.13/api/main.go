// Prints what the generated stubs of Talos's API have, of the machinery that go.mod pins: messages with their fields, enumerations with
// their values, and methods; as one JSON object.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	_ "github.com/cosi-project/runtime/api/v1alpha1"
	_ "github.com/siderolabs/talos/pkg/machinery/api/cluster"
	_ "github.com/siderolabs/talos/pkg/machinery/api/common"
	_ "github.com/siderolabs/talos/pkg/machinery/api/machine"
	_ "github.com/siderolabs/talos/pkg/machinery/api/storage"
	_ "github.com/siderolabs/talos/pkg/machinery/api/time"
	_ "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// field is one of a message.
type field struct {
	Name   string `json:"name"`
	Number int    `json:"number"`
	// Kind is a scalar type's name, or message, enum or map.
	Kind string `json:"kind"`
	// Type is the message or enumeration, where it is one.
	Type     string `json:"type,omitempty"`
	Repeated bool   `json:"repeated"`
}

type method struct {
	Asks    string `json:"asks"`
	Answers string `json:"answers"`
	Streams bool   `json:"streams"`
}

type api struct {
	Messages map[string][]field        `json:"messages"`
	Enums    map[string]map[string]int `json:"enums"`
	Methods  map[string]method         `json:"methods"`
}

func main() {
	all := api{Messages: map[string][]field{}, Enums: map[string]map[string]int{}, Methods: map[string]method{}}
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		all.messages(file.Messages())
		all.enums(file.Enums())
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				one := service.Methods().Get(j)
				all.Methods[fmt.Sprintf("/%s/%s", service.FullName(), one.Name())] = method{
					Asks: string(one.Input().FullName()), Answers: string(one.Output().FullName()), Streams: one.IsStreamingServer(),
				}
			}
		}
		return true
	})
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
}

func (a *api) messages(messages protoreflect.MessageDescriptors) {
	for i := range messages.Len() {
		message := messages.Get(i)
		fields := []field{}
		for j := range message.Fields().Len() {
			one := message.Fields().Get(j)
			shape := field{Name: string(one.Name()), Number: int(one.Number()), Kind: one.Kind().String(), Repeated: one.IsList()}
			switch {
			case one.IsMap():
				shape.Kind = "map"
				shape.Type = one.MapKey().Kind().String() + ", " + one.MapValue().Kind().String()
			case one.Message() != nil:
				shape.Type = string(one.Message().FullName())
			case one.Enum() != nil:
				shape.Type = string(one.Enum().FullName())
			}
			fields = append(fields, shape)
		}
		a.Messages[string(message.FullName())] = fields
		a.messages(message.Messages())
		a.enums(message.Enums())
	}
}

func (a *api) enums(enums protoreflect.EnumDescriptors) {
	for i := range enums.Len() {
		enum := enums.Get(i)
		values := map[string]int{}
		for j := range enum.Values().Len() {
			values[string(enum.Values().Get(j).Name())] = int(enum.Values().Get(j).Number())
		}
		a.Enums[string(enum.FullName())] = values
	}
}
