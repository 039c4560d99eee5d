module oracles/machinery-1.12

go 1.26.0

require github.com/siderolabs/talos/pkg/machinery v1.12.5
