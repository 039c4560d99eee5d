module oracles/stacks/gateway

go 1.26.6

tool github.com/envoyproxy/gateway/cmd/egctl

require github.com/envoyproxy/gateway v1.9.0
