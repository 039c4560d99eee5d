//! Rules about networks, addresses and BGP.

diagnostics::rules! {
    CIDR_INVALID: error "network/invalid-cidr",
        "A network is written as its first address and the length of its prefix, such as `192.168.1.0/24`. Without the length its size would be a guess. Only IPv4 is supported today.";
    CIDR_HOST_BITS: relaxed "network/host-bits",
        "The address has bits set beyond the prefix, so it names one host and not the network. Cilium and Talos print such networks in two spellings, which then do not compare equal, and often the prefix length is the actual mistake.";
    CIDR_TOO_SMALL: error "network/too-small",
        "A node network needs at least two usable addresses, a gateway and a node: a /30 or larger.";
    CIDR_OVERLAP: error "network/overlap",
        "The node, pod and service networks must not share an address. Where two overlap, traffic to a node may end at a pod or a service and the other way round.";
    CIDR_POD_TOO_SMALL: error "network/pod-network-too-small",
        "Every node is given a /24 of the pod network. A network with fewer of them than there are nodes leaves nodes without any address for pods, so they never become ready.";
    CIDR_SERVICE_TOO_SMALL: error "network/service-network-too-small",
        "Host 1 of the service network is the Kubernetes API and host 10 is CoreDNS. A network without a tenth host has no place for CoreDNS.";
    VLAN_INVALID: error "network/invalid-vlan-tag",
        "A VLAN tag is a whole number from 1 to 4094; 0 and 4095 are reserved by IEEE 802.1Q.";
    ADDRESS_INVALID: error "address/invalid",
        "The value must be an IPv4 address: four numbers from 0 to 255 without leading zeros. Only IPv4 is supported today.";
    ADDRESS_OR_HOST_INVALID: error "address/invalid-host",
        "The value must be an IPv4 address or a host name. Anything else does not resolve.";
    ADDRESS_UNUSABLE: error "address/unusable",
        "Unspecified (`0.0.0.0`), multicast, loopback and broadcast addresses do not name one machine on the network, so nothing can listen at them or answer from them.";
    ADDRESS_OUTSIDE: relaxed "address/outside-node-network",
        "Nodes announce these addresses on their own network by ARP, and reach the gateway by it. An address outside `node_cidr` is never asked for there. With BGP, load balancer addresses may lie elsewhere.";
    ADDRESS_NETWORK: error "address/network-or-broadcast",
        "The first address of a network names the network and the last one is its broadcast address. Neither can belong to a machine.";
    ADDRESS_DUPLICATE: error "address/duplicate",
        "Two things would answer at the same address: nodes, the default gateway, the API's virtual address and each gateway need one of their own.";
    ADDRESS_IN_CLUSTER: error "address/in-cluster-network",
        "The address lies in the pod or service network, whose addresses Cilium hands out and routes inside the cluster; outside of it nobody reaches it.";
    BGP_PARTIAL: relaxed "bgp/partial",
        "BGP needs the router's address, the router's number and the nodes' number. With only some of them it stays off, and addresses outside `node_cidr` are announced by nobody.";
    BGP_INVALID_ASN: error "bgp/invalid-asn",
        "An autonomous system number is a whole number from 1 to 4294967295.";
    BGP_ROUTER_TAKEN: error "bgp/router-address-taken",
        "The nodes peer with the router at this address, so it cannot belong to a node or be one of the cluster's own virtual addresses.";
    BGP_SAME_ASN: warning "bgp/same-asn",
        "Router and nodes have the same number, which makes the session an internal one (iBGP). Routes are then not passed on to other internal peers, and most routers need settings of their own for it.";
}
