package main

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/rs/xid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/siderolabs/talos/pkg/machinery/api/common"
	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/resources/runtime"
)

type event struct {
	id, actor string
	data      *anypb.Any
}

func (n *node) publish(actor string, message proto.Message) {
	data, err := anypb.New(message)
	must(err)
	// Talos has a prefix of its own.
	data.TypeUrl = "talos/runtime/" + string(message.ProtoReflect().Descriptor().FullName())
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, event{xid.New().String(), actor, data})
	close(n.wake)
	n.wake = make(chan struct{})
}

func (n *node) sequence(actor, name string, phases ...string) {
	n.publish(actor, &machine.SequenceEvent{Sequence: name, Action: machine.SequenceEvent_START})
	for _, words := range phases {
		phase, task, _ := strings.Cut(words, "/")
		n.publish(actor, &machine.PhaseEvent{Phase: phase, Action: machine.PhaseEvent_START})
		n.publish(actor, &machine.TaskEvent{Task: task, Action: machine.TaskEvent_START})
		time.Sleep(100 * time.Millisecond)
		n.publish(actor, &machine.TaskEvent{Task: task, Action: machine.TaskEvent_STOP})
		n.publish(actor, &machine.PhaseEvent{Phase: phase, Action: machine.PhaseEvent_STOP})
	}
}

func (n *node) stage(stage machine.MachineStatusEvent_MachineStage, ready bool) {
	n.publish("", &machine.MachineStatusEvent{Stage: stage, Status: &machine.MachineStatusEvent_MachineStatus{Ready: ready}})
	put(n, runtime.NewMachineStatus(), func(r *runtime.MachineStatus) {
		r.TypedSpec().Stage, r.TypedSpec().Status.Ready = runtime.MachineStage(stage), ready
	})
}

// Events begins with an empty one, as machined's does.
func (n *node) Events(ask *machine.EventsRequest, stream machine.MachineService_EventsServer) error {
	if err := stream.Send(&machine.Event{}); err != nil {
		return err
	}
	n.mu.Lock()
	at := max(0, len(n.events)-int(ask.TailEvents))
	if ask.TailEvents < 0 {
		at = 0
	}
	n.mu.Unlock()
	for {
		n.mu.Lock()
		fresh, wake := append([]event(nil), n.events[min(at, len(n.events)):]...), n.wake
		at = len(n.events)
		n.mu.Unlock()
		for _, one := range fresh {
			if ask.WithActorId != "" && ask.WithActorId != one.actor {
				continue
			}
			if err := stream.Send(&machine.Event{Data: one.data, Id: one.id, ActorId: one.actor}); err != nil {
				return err
			}
		}
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-wake:
		}
	}
}

func (n *node) Version(context.Context, *emptypb.Empty) (*machine.VersionResponse, error) {
	return &machine.VersionResponse{Messages: []*machine.Version{{
		Version:  &machine.VersionInfo{Tag: n.running, Sha: "own", Os: "linux", Arch: "amd64"},
		Platform: &machine.PlatformInfo{Name: "metal", Mode: "metal"}, Features: &machine.FeaturesInfo{Rbac: true},
	}}}, nil
}

func (n *node) ServiceList(context.Context, *emptypb.Empty) (*machine.ServiceListResponse, error) {
	all := &machine.ServiceList{}
	for _, id := range []string{"apid", "containerd", "cri", "kubelet", "machined", "trustd"} {
		all.Services = append(all.Services, &machine.ServiceInfo{
			Id: id, State: "Running", Health: &machine.ServiceHealth{Healthy: true, LastChange: timestamppb.Now()},
			Events: &machine.ServiceEvents{Events: []*machine.ServiceEvent{{Msg: "Started", State: "Running", Ts: timestamppb.Now()}}},
		})
	}
	return &machine.ServiceListResponse{Messages: []*machine.ServiceList{all}}, nil
}

func (n *node) Read(ask *machine.ReadRequest, stream machine.MachineService_ReadServer) error {
	if ask.Path != "/proc/sys/kernel/random/boot_id" {
		return status.Errorf(codes.Unknown, "stat %s: no such file or directory", ask.Path)
	}
	return stream.Send(&common.Data{Bytes: []byte(n.bootID + "\n")})
}

func (n *node) ApplyConfiguration(_ context.Context, ask *machine.ApplyConfigurationRequest) (*machine.ApplyConfigurationResponse, error) {
	reply := &machine.ApplyConfiguration{Mode: ask.Mode, ModeDetails: "Applied configuration without a reboot"}
	if ask.Mode == machine.ApplyConfigurationRequest_AUTO {
		reply.Mode = machine.ApplyConfigurationRequest_NO_REBOOT
	}
	if !ask.DryRun {
		if err := n.configured(ask.Data); err != nil {
			return nil, err
		}
		go func() {
			time.Sleep(300 * time.Millisecond)
			n.stage(machine.MachineStatusEvent_RUNNING, true)
		}()
	}
	return &machine.ApplyConfigurationResponse{Messages: []*machine.ApplyConfiguration{reply}}, nil
}

func (n *node) Reboot(context.Context, *machine.RebootRequest) (*machine.RebootResponse, error) {
	actor := uuid.NewString()
	go func() {
		n.stage(machine.MachineStatusEvent_REBOOTING, false)
		n.sequence(actor, "reboot", "cleanup/stopAllPods", "stopEverything/stopAllServices", "reboot/reboot")
		n.down()
		n.back()
		n.boot()
	}()
	return &machine.RebootResponse{Messages: []*machine.Reboot{{ActorId: actor}}}, nil
}

func (n *node) Reset(_ context.Context, ask *machine.ResetRequest) (*machine.ResetResponse, error) {
	actor := uuid.NewString()
	go func() {
		n.stage(machine.MachineStatusEvent_RESETTING, false)
		n.sequence(actor, "reset", "stopEverything/stopAllServices", "reset/resetSystemDisk")
		n.down()
		if !ask.Reboot {
			os.Exit(0)
		}
		n.config = nil
		n.back()
		n.boot()
	}()
	return &machine.ResetResponse{Messages: []*machine.Reset{{ActorId: actor}}}, nil
}

type images struct {
	machine.UnimplementedImageServiceServer
	n *node
}

func (i images) Pull(ask *machine.ImageServicePullRequest, stream machine.ImageService_PullServer) error {
	i.n.calls.Printf("%d pull %s", time.Now().UnixMilli(), ask.ImageRef)
	progress := &machine.ImageServicePullProgress{LayerId: "sha256:aaaa", Progress: &machine.ImageServicePullLayerProgress{
		Status: machine.ImageServicePullLayerProgress_DOWNLOADING, Offset: 1 << 20, Total: 2 << 20,
	}}
	if err := stream.Send(&machine.ImageServicePullResponse{Response: &machine.ImageServicePullResponse_PullProgress{PullProgress: progress}}); err != nil {
		return err
	}
	if strings.Contains(ask.ImageRef, "missing") {
		return status.Errorf(codes.NotFound, "failed to resolve image %q: not found", ask.ImageRef)
	}
	return stream.Send(&machine.ImageServicePullResponse{Response: &machine.ImageServicePullResponse_Name{Name: ask.ImageRef}})
}

type lifecycle struct {
	machine.UnimplementedLifecycleServiceServer
	n *node
}

func (l lifecycle) Upgrade(ask *machine.LifecycleServiceUpgradeRequest, stream machine.LifecycleService_UpgradeServer) error {
	image := ask.GetSource().GetImageName()
	l.n.calls.Printf("%d install %s", time.Now().UnixMilli(), image)
	say := func(progress *machine.LifecycleServiceInstallProgress) error {
		return stream.Send(&machine.LifecycleServiceUpgradeResponse{Progress: progress})
	}
	for _, line := range []string{"running Talos installer " + image, "installing to disk /dev/vda"} {
		if err := say(&machine.LifecycleServiceInstallProgress{Response: &machine.LifecycleServiceInstallProgress_Message{Message: line}}); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
	code := int32(1)
	if !strings.Contains(image, "broken") {
		code = 0
		l.n.mu.Lock()
		l.n.installed = image[strings.LastIndexByte(image, ':')+1:]
		l.n.lost = strings.Contains(image, "lost")
		l.n.mu.Unlock()
	}
	return say(&machine.LifecycleServiceInstallProgress{Response: &machine.LifecycleServiceInstallProgress_ExitCode{ExitCode: code}})
}
