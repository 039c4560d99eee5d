#!/usr/bin/env python3
"""Makes a small repository of the original's shape: repository.py FOLDER GIT (git, age-keygen and sops on PATH).

FOLDER is the work tree, GIT the bare repository that it is pushed to, which the door serves as https://git.example/rig/home.git: ten apps in five
namespaces, a helmfile.d, secrets for sops with FOLDER/age.key. Host names are made up: the door answers for all of them."""
import json
import os
import pathlib
import subprocess
import sys

folder, bare = map(pathlib.Path, sys.argv[1:3])
REGISTRY, ADDRESS = 'oci://registry.example', 'https://git.example/rig/home.git'
SOURCE = {'kind': 'GitRepository', 'name': 'flux-system', 'namespace': 'flux-system'}
CONTROLLERS = '(kustomize-controller|helm-controller|source-controller)'


def argument(deployment, *values):
    operations = [{'op': 'add', 'path': '/spec/template/spec/containers/0/args/-', 'value': value} for value in values]
    return {'patch': json.dumps(operations), 'target': {'kind': 'Deployment', 'name': deployment}}


INSTANCE = {
    'distribution': {'version': '2.x', 'registry': 'registry.example/fluxcd'},
    'components': ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
    'cluster': {'networkPolicy': False},
    'commonMetadata': {'labels': {'app.kubernetes.io/name': 'flux'}},
    'sync': {'kind': 'GitRepository', 'url': ADDRESS, 'ref': 'refs/heads/main', 'path': 'kubernetes/flux/cluster', 'interval': '1h'},
    'kustomize': {'patches': [
        argument(CONTROLLERS, '--concurrent=10', '--requeue-dependency=5s'),
        argument('kustomize-controller', '--sops-age-secret=sops-age'),
        argument('helm-controller', '--feature-gates=DisableChartDigestTracking=true'),
    ]},
}
# Namespace, app, chart, tag, values, what it depends on.
APPS = [
    ('kube-system', 'cilium', 'home-operations/charts-mirror/cilium', '1.18.4', {'operator': {'replicas': 1}, 'routingMode': 'native'}, []),
    ('kube-system', 'coredns', 'coredns/charts/coredns', '1.45.0', {'replicaCount': 2, 'service': {'clusterIP': '10.43.0.10'}}, []),
    ('kube-system', 'spegel', 'spegel-org/helm-charts/spegel', '0.5.1', {'spegel': {'appendMirrors': True}}, []),
    ('cert-manager', 'cert-manager', 'jetstack/charts/cert-manager', 'v1.19.1', {'crds': {'enabled': True}, 'replicaCount': 1}, []),
    ('flux-system', 'flux-operator', 'controlplaneio-fluxcd/charts/flux-operator', '0.58.0', {'serviceMonitor': {'create': True}}, []),
    ('flux-system', 'flux-instance', 'controlplaneio-fluxcd/charts/flux-instance', '0.58.0', {'instance': INSTANCE}, ['flux-operator']),
    ('network', 'envoy-gateway', 'envoyproxy/gateway-helm', 'v1.6.0', {}, []),
    ('network', 'cloudflare-dns', 'home-operations/charts-mirror/external-dns', '1.19.0', {'domain': '${SECRET_DOMAIN}'}, []),
    ('observability', 'prometheus-operator-crds', 'prometheus-community/charts/prometheus-operator-crds', '29.0.0', {}, []),
    ('default', 'echo', 'bjw-s-labs/helm/app-template', '4.4.0', {'host': 'echo.${SECRET_DOMAIN}'}, []),
]
# Further objects of an app, some of kinds that others define.
MORE = {
    'cilium': ('cilium.io/v2', 'CiliumLoadBalancerIPPool', 'pool', {'blocks': [{'cidr': '10.99.0.0/24'}]}),
    'cert-manager': ('cert-manager.io/v1', 'ClusterIssuer', 'production', {'acme': {'email': 'somebody@${SECRET_DOMAIN}'}}),
    'envoy-gateway': ('gateway.networking.k8s.io/v1', 'GatewayClass', 'envoy', {'controllerName': 'gateway.envoyproxy.io/gatewayclass-controller'}),
}
# In the order of the original, and those of which only the kinds are wanted first.
RELEASES = ['cilium', 'coredns', 'spegel', 'cert-manager', 'flux-operator', 'flux-instance']
DEFINITIONS = ['cloudflare-dns', 'envoy-gateway', 'prometheus-operator-crds']
NODES = [('cp-1', True), ('cp-2', True), ('w-1', False)]
# What helmfile reads the values of a release with.
VALUES = '{{ (readFile (printf "../../../kubernetes/apps/%s/%s/app/helmrelease.yaml" .Release.Namespace .Release.Name) | fromYaml).spec.values | toYaml }}\n'


def put(path, what):
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(what, dict):
        # helmfile looks for keys at the beginning of lines.
        what = '---\n' + ''.join(f'{key}: {json.dumps(value, indent=2)}\n' for key, value in what.items())
    path.write_text(what)


def thing(version, kind, name, spec=None, **metadata):
    return {'apiVersion': version, 'kind': kind, 'metadata': {'name': name} | metadata} | ({'spec': spec} if spec is not None else {})


def kustomization(resources, **more):
    return {'apiVersion': 'kustomize.config.k8s.io/v1beta1', 'kind': 'Kustomization', 'resources': resources} | more


def secret(path, name, data, **metadata):
    put(path, thing('v1', 'Secret', name, **metadata) | {'stringData': data})
    subprocess.run(['sops', '--encrypt', '--in-place', folder / path], check=True, cwd=folder)


def git(*arguments, where=folder):
    who = ['-c', 'user.name=oracle', '-c', 'user.email=oracle@example.com']
    subprocess.run(['git', '-C', where, *who, *arguments], check=True)


folder.mkdir(parents=True, exist_ok=True)
key = subprocess.run(['age-keygen'], capture_output=True, text=True, check=True).stdout
put('age.key', key)
os.chmod(folder / 'age.key', 0o600)
public = next(line.split(': ')[1] for line in key.splitlines() if 'public key' in line)
put('.gitignore', 'age.key\nkubeconfig\n.ichor/\n')
put('.sops.yaml', {'creation_rules': [{'path_regex': r'(bootstrap|kubernetes)/.*\.sops\.ya?ml', 'encrypted_regex': '^(data|stringData)$', 'mac_only_encrypted': True, 'age': public}]})
put('nodes.yaml', {'nodes': [
    {'name': name, 'address': f'10.99.0.{number}', 'controller': leads, 'disk': '/dev/sda', 'mac_addr': f'52:54:00:00:00:{number}', 'schematic_id': '0' * 64}
    for number, (name, leads) in enumerate(NODES, 11)]})
secret('bootstrap/sops-age.sops.yaml', 'sops-age', {'age.agekey': key}, namespace='flux-system')
secret('bootstrap/github-deploy-key.sops.yaml', 'github-deploy-key', {'identity': 'made up', 'known_hosts': 'git.example'}, namespace='flux-system')
secret('kubernetes/components/sops/cluster-secrets.sops.yaml', 'cluster-secrets', {'SECRET_DOMAIN': 'home.example'})
put('kubernetes/components/sops/kustomization.yaml', {'apiVersion': 'kustomize.config.k8s.io/v1alpha1', 'kind': 'Component', 'resources': ['./cluster-secrets.sops.yaml']})

release_defaults = thing('helm.toolkit.fluxcd.io/v2', 'HelmRelease', '_', {
    'install': {'crds': 'CreateReplace', 'strategy': {'name': 'RetryOnFailure'}},
    'rollback': {'cleanupOnFail': True, 'recreate': True},
    'upgrade': {'cleanupOnFail': True, 'crds': 'CreateReplace', 'strategy': {'name': 'RemediateOnFailure'}, 'remediation': {'remediateLastFailure': True, 'retries': 2}}})
child_defaults = thing('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', '_', {
    'decryption': {'provider': 'sops'}, 'deletionPolicy': 'WaitForTermination',
    'patches': [{'patch': json.dumps(release_defaults), 'target': {'group': 'helm.toolkit.fluxcd.io', 'kind': 'HelmRelease'}}]})
put('kubernetes/flux/cluster/ks.yaml', thing('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'cluster-apps', {
    'decryption': {'provider': 'sops'}, 'deletionPolicy': 'WaitForTermination', 'interval': '1h', 'path': './kubernetes/apps', 'prune': True, 'sourceRef': SOURCE, 'wait': False,
    'patches': [{'patch': json.dumps(child_defaults), 'target': {'group': 'kustomize.toolkit.fluxcd.io', 'kind': 'Kustomization'}}]}, namespace='flux-system'))
for namespace in dict.fromkeys(app[0] for app in APPS):
    put(f'kubernetes/apps/{namespace}/namespace.yaml', thing('v1', 'Namespace', namespace, annotations={'kustomize.toolkit.fluxcd.io/prune': 'disabled'}))
    own = [f'./{app[1]}/ks.yaml' for app in APPS if app[0] == namespace]
    put(f'kubernetes/apps/{namespace}/kustomization.yaml', kustomization(['./namespace.yaml', *own], namespace=namespace, components=['../../components/sops']))
for namespace, app, chart, tag, values, needs in APPS:
    root = f'kubernetes/apps/{namespace}/{app}'
    spec = {'interval': '1h', 'path': f'./{root}/app', 'postBuild': {'substituteFrom': [{'kind': 'Secret', 'name': 'cluster-secrets'}]}, 'prune': True, 'sourceRef': SOURCE, 'targetNamespace': namespace, 'wait': app == 'echo'}
    if needs:
        spec['dependsOn'] = [{'name': need} for need in needs]
    put(f'{root}/ks.yaml', thing('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', app, spec))
    resources = ['./helmrelease.yaml', './ocirepository.yaml']
    put(f'{root}/app/helmrelease.yaml', thing('helm.toolkit.fluxcd.io/v2', 'HelmRelease', app, {'chartRef': {'kind': 'OCIRepository', 'name': app}, 'interval': '1h', 'values': values}))
    put(f'{root}/app/ocirepository.yaml', thing('source.toolkit.fluxcd.io/v1', 'OCIRepository', app, {
        'interval': '15m', 'layerSelector': {'mediaType': 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'operation': 'copy'}, 'ref': {'tag': tag}, 'url': f'{REGISTRY}/{chart}'}))
    if app in MORE:
        put(f'{root}/app/more.yaml', thing(*MORE[app]))
        resources.append('./more.yaml')
    put(f'{root}/app/kustomization.yaml', kustomization(resources))

at = {app[1]: app for app in APPS}


def release(app):
    namespace, name, chart, tag, *_ = at[app]
    return {'name': name, 'namespace': namespace, 'chart': f'{REGISTRY}/{chart}', 'version': tag}


after = {app: f'{at[before][0]}/{before}' for before, app in zip(RELEASES, RELEASES[1:])}
put('bootstrap/helmfile.d/templates/values.yaml.gotmpl', VALUES)
put('bootstrap/helmfile.d/00-crds.yaml', {'helmDefaults': {'args': ['--include-crds', '--no-hooks']}, 'releases': [release(app) for app in DEFINITIONS]})
put('bootstrap/helmfile.d/01-apps.yaml', {'helmDefaults': {'cleanupOnFail': True, 'timeout': 60, 'wait': True, 'waitForJobs': True}, 'releases': [
    release(app) | {'values': ['./templates/values.yaml.gotmpl']} | ({'needs': [after[app]]} if app in after else {}) for app in RELEASES]})

bare.mkdir(parents=True, exist_ok=True)
git('init', '-q', '-b', 'main')
git('init', '-q', '--bare', '-b', 'main', where=bare)
git('remote', 'add', 'origin', bare)
git('add', '-A')
git('commit', '-qm', 'a small repository')
git('push', '-qf', 'origin', 'main')
