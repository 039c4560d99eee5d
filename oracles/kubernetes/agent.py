#!/usr/bin/env python3
"""The hands of the kubelet: agent.py SERVER RIG LABEL=VALUE.

A node on which a pod with that label runs, the network's, gets the annotation with which it turns Ready. A Deployment
for which there is an executable RIG/hooks/NAMESPACE.NAME has that run, with the arguments of its container, as long as one of
its pods runs."""
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse

server, rig, network = sys.argv[1:4]
key, value = network.split('=')
tls = ssl.create_default_context(cafile=f'{rig}/pki/ca.crt')
tls.load_cert_chain(f'{rig}/pki/admin.crt', f'{rig}/pki/admin.key')
host = urllib.parse.urlparse(server).netloc
pods, running, ready = {}, {}, {}


def call(method, path, body=None):
    connection = http.client.HTTPSConnection(host, context=tls)
    connection.request(method, path, body and json.dumps(body), {'Content-Type': 'application/merge-patch+json'})
    answer = connection.getresponse()
    if answer.status >= 400:
        raise OSError(answer.read())
    return answer


def end(process):
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                pass


def stop(*_):
    for process, _ in running.values():
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    for process, _ in running.values():
        end(process)
    os._exit(0)


def is_well(pod):
    status = pod.get('status', {})
    conditions = status.get('conditions', [])
    return (status.get('phase') == 'Running' and not pod['metadata'].get('deletionTimestamp')
            and any(c['type'] == 'Ready' and c['status'] == 'True' for c in conditions))


def settle():
    wanted, connected = {}, set()
    for pod in filter(is_well, pods.values()):
        metadata = pod['metadata']
        labels = metadata.get('labels', {})
        if labels.get(key) == value:
            connected.add(pod['spec']['nodeName'])
        deployment = metadata.get('generateName', '').removesuffix(f"-{labels.get('pod-template-hash')}-")
        name = f"{metadata['namespace']}.{deployment}"
        if os.access(f'{rig}/hooks/{name}', os.X_OK):
            wanted.setdefault(name, pod['spec']['containers'][0].get('args', []))
    for node in connected ^ {node for node, on in ready.items() if on}:
        annotation = 'ready' if node in connected else None
        call('PATCH', f'/api/v1/nodes/{node}', {'metadata': {'annotations': {'rig/cni': annotation}}})
        ready[node] = node in connected
    for name, (process, arguments) in list(running.items()):
        if wanted.get(name) != arguments or process.poll() is not None:
            end(process)
            print(time.strftime('%T'), 'end', name, process.poll(), flush=True)
            del running[name]
    for name, arguments in wanted.items():
        if name not in running:
            log = open(f'{rig}/cluster/{name}.log', 'ab')
            print(time.strftime('%T'), 'start', name, arguments, flush=True)
            process = subprocess.Popen([f'{rig}/hooks/{name}', *arguments], stdout=log, stderr=log, start_new_session=True)
            running[name] = process, arguments


signal.signal(signal.SIGTERM, stop)
while True:
    try:
        found = json.load(call('GET', '/api/v1/pods'))
        pods = {pod['metadata']['uid']: pod for pod in found['items']}
        settle()
        version = found['metadata']['resourceVersion']
        for line in call('GET', f'/api/v1/pods?watch=1&timeoutSeconds=20&resourceVersion={version}'):
            event = json.loads(line)
            uid = event['object'].get('metadata', {}).get('uid')
            if event['type'] == 'DELETED':
                pods.pop(uid, None)
            elif event['type'] in ('ADDED', 'MODIFIED'):
                pods[uid] = event['object']
            settle()
    except (OSError, http.client.HTTPException, ValueError) as reason:
        print('again:', reason, flush=True)
        time.sleep(1)
