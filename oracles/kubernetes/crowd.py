#!/usr/bin/env python3
"""Fills a cluster: crowd.py SERVER PKI RELEASES PODS.

So many releases of Helm with a condition each, and so many pods on the node w-1, of which every hundredth of both is not well."""
import concurrent.futures
import http.client
import json
import ssl
import sys
import threading

server, pki = sys.argv[1:3]
releases, pods = map(int, sys.argv[3:5])
tls = ssl.create_default_context(cafile=f'{pki}/ca.crt')
tls.load_cert_chain(f'{pki}/admin.crt', f'{pki}/admin.key')
local = threading.local()


def send(method, path, body):
    if not hasattr(local, 'connection'):
        local.connection = http.client.HTTPSConnection(server.removeprefix('https://'), context=tls)
    kind = 'application/merge-patch+json' if method == 'PATCH' else 'application/json'
    local.connection.request(method, path, json.dumps(body), {'Content-Type': kind})
    answer = local.connection.getresponse()
    text = answer.read()
    if answer.status >= 400 and answer.status != 409:
        raise OSError(text)


def release(number):
    name, path = f'app-{number}', '/apis/helm.toolkit.fluxcd.io/v2/namespaces/crowd/helmreleases'
    spec = {'interval': '1h', 'chartRef': {'kind': 'OCIRepository', 'name': name}, 'values': {'number': number}}
    send('POST', path, {'apiVersion': 'helm.toolkit.fluxcd.io/v2', 'kind': 'HelmRelease', 'metadata': {'name': name}, 'spec': spec})
    is_well = number % 100 != 0
    condition = {
        'type': 'Ready', 'status': 'True' if is_well else 'False', 'reason': 'InstallSucceeded' if is_well else 'InstallFailed',
        'message': f'Helm install of crowd/{name}', 'lastTransitionTime': '2026-01-01T00:00:00Z', 'observedGeneration': 1,
    }
    send('PATCH', f'{path}/{name}/status', {'status': {'observedGeneration': 1, 'conditions': [condition]}})


def pod(number):
    annotations = {} if number % 100 else {'rig/fail': 'ImagePullBackOff'}
    container = {'name': 'app', 'image': 'rig.invalid/app:0', 'env': [{'name': 'NUMBER', 'value': str(number)}]}
    labels = {'app.kubernetes.io/name': f'app-{number}', 'app.kubernetes.io/instance': f'app-{number}'}
    send('POST', '/api/v1/namespaces/crowd/pods', {
        'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': f'app-{number}', 'labels': labels, 'annotations': annotations},
        'spec': {'nodeName': 'w-1', 'containers': [container], 'serviceAccountName': 'default', 'automountServiceAccountToken': False}})


send('POST', '/api/v1/namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'crowd'}})
send('POST', '/api/v1/namespaces/crowd/serviceaccounts', {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'default'}})
with concurrent.futures.ThreadPoolExecutor(8) as workers:
    for work in [*(workers.submit(release, number) for number in range(releases)), *(workers.submit(pod, number) for number in range(pods))]:
        work.result()
