#!/usr/bin/env python3
# agent.py KUBECONFIG ADDRESS...: writes into the Kubernetes API what kubelets and controllers would: a node that is ready for each kubelet,
# a pod for each that it has, and the pods of CoreDNS, kube-proxy and flannel, with the status of their owners. Which nodes, pods and
# versions there are, the kubelets themselves say (kubelet/main.go, `/own`). What others change of a node (cordons, conditions) stays.
import base64, http.client, json, re, ssl, sys, tempfile, time

kubeconfig, addresses = open(sys.argv[1]).read(), sys.argv[2:]
POD_CONDITIONS = ("Initialized", "Ready", "ContainersReady", "PodScheduled")
MERGE = "application/merge-patch+json"
SYSTEM = "/api/v1/namespaces/kube-system/pods"


def field(name):
    return re.search(name + r":\s*(\S+)", kubeconfig)[1].strip('"')


def stored(name):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(base64.b64decode(field(name)))
        return file.name


trust = ssl.create_default_context(cafile=stored("certificate-authority-data"))
trust.check_hostname = False
trust.load_cert_chain(stored("client-certificate-data"), stored("client-key-data"))
# A kubelet's certificate is its own.
blind = ssl._create_unverified_context()
host, port = re.match(r"https://([^:]+):(\d+)", field("server")).groups()


def ask(server, context, method, path, body=None, kind="application/json"):
    connection = http.client.HTTPSConnection(*server, context=context, timeout=5)
    try:
        connection.request(method, path, body and json.dumps(body), {"Content-Type": kind, "Accept": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else {}
    finally:
        connection.close()


def api(*request):
    code, answer = ask((host, int(port)), trust, *request)
    if code not in (200, 201, 202, 404):
        print(request[:2], code, answer.get("message"), flush=True)
    return code, answer


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def conditions(ready):
    return [{"type": kind, "status": "True" if ready or not kind.endswith("Ready") else "False", "lastTransitionTime": now()}
            for kind in POD_CONDITIONS]


def pod_status(containers, address, ready):
    return {"status": {"phase": "Running", "hostIP": address, "hostIPs": [{"ip": address}], "podIP": address, "podIPs": [{"ip": address}],
                       "startTime": now(), "conditions": conditions(ready),
                       "containerStatuses": [{"name": one["name"], "image": one["image"], "imageID": one["image"], "ready": ready, "started": True,
                                              "restartCount": 0, "state": {"running": {"startedAt": now()}}} for one in containers]}}


def mirrored(annotations):
    return {**annotations, "kubernetes.io/config.mirror": "own", "kubernetes.io/config.hash": "own", "kubernetes.io/config.source": "http"}


def put(pod, address, ready):
    path = f"{SYSTEM}/{pod['metadata']['name']}"
    api("DELETE", path + "?gracePeriodSeconds=0")
    # What is refused is tried again: classes and accounts may not be there yet.
    return (api("POST", SYSTEM, pod)[0] == 201
            and api("PATCH", path + "/status", pod_status(pod["spec"]["containers"], address, ready), MERGE)[0] == 200)


done = {}   # what was written of whom, so that nothing is written twice
nodes = {}  # names by addresses


def node(address):
    code, own = ask((address, 10250), blind, "GET", "/own")
    if code != 200:
        return
    name, version, pods = own["name"], own["version"], own["pods"]
    nodes[address] = name
    code, found = api("GET", f"/api/v1/nodes/{name}")
    if code == 404 and done.get(name) is None:
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
        if pods:
            labels["node-role.kubernetes.io/control-plane"] = ""
        api("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
        # A controller that is not there would take the taints of a node that is not ready.
        api("PATCH", f"/api/v1/nodes/{name}", {"spec": {"taints": None}}, MERGE)
    if done.get(name) != version:
        status = {"addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
                  "capacity": {"cpu": "2", "memory": "2Gi", "pods": "110"},
                  "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "own", "lastHeartbeatTime": now(), "lastTransitionTime": now()}],
                  "nodeInfo": {"kubeletVersion": version, "kubeProxyVersion": "", "architecture": "amd64", "operatingSystem": "linux", "osImage": "Talos",
                               "containerRuntimeVersion": "containerd://2.2.9", "kernelVersion": "own", "machineID": "own", "systemUUID": "own", "bootID": "own"}}
        if api("PATCH", f"/api/v1/nodes/{name}/status", {"status": status}, MERGE)[0] == 200:
            done[name] = version
            print("node", name, version, flush=True)
    for one in pods:
        pod, ready = one["metadata"]["name"], one["status"]["conditions"][1]["status"] == "True"
        key = json.dumps([one["metadata"]["annotations"], one["spec"]["containers"][0]["image"]], sort_keys=True)
        containers = one["spec"]["containers"]
        if done.get(pod) == (key, ready):
            continue
        if (done.get(pod) or (None,))[0] == key:
            written = api("PATCH", f"{SYSTEM}/{pod}/status", pod_status(containers, address, ready), MERGE)[0] == 200
        else:
            critical = 2000001000 if "node" in one["spec"].get("priorityClassName", "") else 2000000000
            written = put({"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"name": pod, "namespace": "kube-system", "labels": one["metadata"]["labels"], "annotations": mirrored(one["metadata"]["annotations"])},
                 "spec": {**one["spec"], "nodeName": name, "priority": critical}}, address, ready)
        if written:
            done[pod] = (key, ready)
            print("pod", pod, containers[0]["image"], ready, flush=True)


def addon(kind, name):
    code, owner = api("GET", f"/apis/apps/v1/namespaces/kube-system/{kind}/{name}")
    if code != 200 or not nodes:
        return
    places, generation = sorted(nodes.items()), owner["metadata"]["generation"]
    key = json.dumps([generation, places])
    if done.get(kind + name) == key:
        return
    template = owner["spec"]["template"]
    if kind == "deployments":
        places = (places * 2)[: owner["spec"].get("replicas", 2)]
    selector = ",".join(f"{label}%3D{value}" for label, value in template["metadata"]["labels"].items() if label == "k8s-app")
    api("DELETE", f"{SYSTEM}?gracePeriodSeconds=0&labelSelector={selector}")
    written = True
    for index, (address, node) in enumerate(places):
        containers = [{"name": one["name"], "image": one["image"]} for one in template["spec"]["containers"]]
        written &= put({"apiVersion": "v1", "kind": "Pod",
             "metadata": {"name": f"{name}-{generation}-{index}", "namespace": "kube-system", "labels": template["metadata"]["labels"], "annotations": mirrored({})},
             "spec": {"nodeName": node, "hostNetwork": True, "containers": containers}}, address, True)
    count = len(places)
    if not written:
        return
    if kind == "deployments":
        status = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), count)
    else:
        names = ("currentNumberScheduled", "desiredNumberScheduled", "numberReady", "numberAvailable", "updatedNumberScheduled")
        status = {**dict.fromkeys(names, count), "numberMisscheduled": 0}
    api("PATCH", f"/apis/apps/v1/namespaces/kube-system/{kind}/{name}/status", {"status": {**status, "observedGeneration": generation}}, MERGE)
    done[kind + name] = key
    print(kind, name, generation, count, flush=True)


while True:
    work = [(node, (address,)) for address in addresses]
    work += [(addon, one) for one in (("deployments", "coredns"), ("daemonsets", "kube-proxy"), ("daemonsets", "kube-flannel"))]
    for step, arguments in work:
        try:
            step(*arguments)
        except (OSError, http.client.HTTPException, ValueError) as error:
            print(arguments, repr(error), flush=True)
    time.sleep(0.5)
