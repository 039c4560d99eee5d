module oracles/age

go 1.26.0

tool (
	filippo.io/age/cmd/age
	filippo.io/age/cmd/age-keygen
)

require filippo.io/age v1.3.1

require (
	c2sp.org/CCTV/age v0.0.0-20251208015420-e9274a7bdbfd // indirect
	filippo.io/hpke v0.4.0 // indirect
	golang.org/x/crypto v0.45.0 // indirect
	golang.org/x/sys v0.38.0 // indirect
	golang.org/x/term v0.37.0 // indirect
)
