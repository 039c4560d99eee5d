module oracles/machinery-1.11

go 1.26.0

require github.com/siderolabs/talos/pkg/machinery v1.11.5

// Counts in the main module only, so it is here as in the machinery's own go.mod.
replace gopkg.in/yaml.v3 => github.com/unix4ever/yaml v0.0.0-20220527175918-f17b0f05cf2c
