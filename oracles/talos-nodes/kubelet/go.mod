module example.test/kubelet

go 1.25.0
