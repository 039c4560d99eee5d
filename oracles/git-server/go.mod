module oracles/git-server

go 1.26.0
