#!/usr/bin/env python3
"""Makes stand-in charts and pushes them into the door's registry: charts.py RIG TABLE (helm 4 on PATH, FLUX_OPERATOR is the source of flux-operator).

They have the names, versions, workloads, hooks and kinds of the real ones, and none of their text. A line of the table is a
path, a version, and things:

    deploy:NAME ds:NAME sts:NAME svc:NAME    workloads and services
    job:NAME@HOOK                            a Job that is a hook
    crd:GROUP/VERSION/KIND                   a definition in crds/ (with ! at its end, of the whole cluster)
    tcrd:GROUP/VERSION/KIND                  the same among the templates
    later:GROUP/VERSION/KIND                 the same, made by the program once its pods run (RIG/hooks/CHART-crds)
    cr:GROUP/VERSION/KIND/NAME/KEY           an object whose spec is that value
    files:GLOB                               files that are templates as they are
    label:KEY=VALUE                          on pods of DaemonSets, in the place of the label that names the release
    mark:KEY=VALUE                           an annotation of the definitions that follow
    values:JSON  schema:JSON                 defaults, and what values.schema.json says

The values replicaCount, podAnnotations, jobAnnotations and commonAnnotations do what they say, so that trouble can be asked of stages.yaml.
Every release keeps the values that it was given in a ConfigMap RELEASE-values."""
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TEMPLATES = {
    '"NS"': '{{ .Release.Namespace }}',
    '"RELEASE"': '{{ .Release.Name }}',
    '"REPLICAS"': '{{ .Values.replicaCount | default 1 }}',
    ', "ANN": "POD"': '{{ with .Values.podAnnotations }}, "annotations": {{ toJson . }}{{ end }}',
    ', "ANN": "JOB"': '{{ with .Values.jobAnnotations }}, "annotations": {{ toJson . }}{{ end }}',
}
KEPT = '''---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-values, namespace: {{ .Release.Namespace }}}
data:
  values.yaml: {{ .Values | toYaml | toJson }}
  chart: "{{ .Chart.Name }}-{{ .Chart.Version }}"
'''
FILES = '{{ range $path, $bytes := .Files.Glob "files/*" }}\n---\n{{ $bytes | toString }}\n{{ end }}\n'
OBJECT = '''---
apiVersion: %s/%s
kind: %s
metadata:
  name: %s
  namespace: {{ .Release.Namespace }}
  annotations: {{ .Values.commonAnnotations | default dict | toJson }}
spec: {{ .Values.%s | toJson }}
'''
KINDS = {'deploy': 'Deployment', 'ds': 'DaemonSet', 'sts': 'StatefulSet'}


def plural(kind):
    word = kind.lower()
    if word.endswith(('s', 'x')):
        return f'{word}es'
    if word.endswith('y') and word[-2] not in 'aeiou':
        return f'{word[:-1]}ies'
    return f'{word}s'


def definition(what, marks):
    group, version, kind = what.rstrip('!').split('/')
    schema = {'openAPIV3Schema': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}
    return {
        'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
        'metadata': {'name': f'{plural(kind)}.{group}', 'annotations': {'api-approved.kubernetes.io': 'unapproved, a stand-in'} | marks},
        'spec': {
            'group': group, 'scope': 'Cluster' if what.endswith('!') else 'Namespaced',
            'names': {'kind': kind, 'plural': plural(kind), 'singular': kind.lower(), 'listKind': f'{kind}List'},
            'versions': [{'name': version, 'served': True, 'storage': True, 'subresources': {'status': {}}, 'schema': schema}],
        },
    }


def pods(name, labels, annotations, **more):
    container = {'name': name, 'image': f'rig.invalid/{name}:0', 'resources': {'requests': {'cpu': '10m', 'memory': '16Mi'}}}
    if not labels:
        labels = {'app.kubernetes.io/instance': 'RELEASE'}
    return {'metadata': {'labels': labels | {'app.kubernetes.io/name': name}, 'ANN': annotations}, 'spec': {'containers': [container]} | more}


def workload(kind, name, labels):
    # What makes the network runs on nodes that have none.
    host = {'hostNetwork': True, 'tolerations': [{'operator': 'Exists'}]} if name.startswith('cilium') else {'hostNetwork': False, 'tolerations': []}
    own = {'app.kubernetes.io/name': name}
    spec = {'selector': {'matchLabels': own}, 'template': pods(name, labels if kind == 'ds' else {}, 'POD', serviceAccountName=name, **host)}
    if kind != 'ds':
        spec['replicas'] = 'REPLICAS'
    if kind == 'sts':
        spec['serviceName'] = name
    return [
        {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': name, 'namespace': 'NS'}},
        {'apiVersion': 'apps/v1', 'kind': KINDS[kind], 'metadata': {'name': name, 'namespace': 'NS', 'labels': own}, 'spec': spec},
    ]


def service(name, chart):
    spec = {'selector': {'app.kubernetes.io/name': chart}, 'ports': [{'port': 53, 'protocol': 'UDP'}]}
    return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': name, 'namespace': 'NS'}, 'spec': spec}


def job(what):
    name, _, hook = what.partition('@')
    annotations = {'helm.sh/hook': f'{hook},{hook.replace("install", "upgrade")}', 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded'}
    spec = {'backoffLimit': 1, 'template': pods(name, {}, 'JOB', restartPolicy='Never', serviceAccountName='default')}
    return {'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': {'name': name, 'namespace': 'NS', 'annotations': annotations}, 'spec': spec}


def make(line, folder):
    path, version, *things = line.split()
    name = path.rsplit('/', 1)[-1]
    root = folder / name
    for part in ('templates', 'crds', 'files'):
        (root / part).mkdir(parents=True)
    documents, extra, labels, marks, values = [], '', {}, {}, '{}'
    for thing in things:
        kind, _, what = thing.partition(':')
        if kind == 'label':
            labels = dict([what.split('=', 1)])
        elif kind == 'mark':
            marks = dict([what.split('=', 1)])
        elif kind == 'values':
            values = what
        elif kind == 'schema':
            (root / 'values.schema.json').write_text(what)
        elif kind in KINDS:
            documents += workload(kind, what, labels)
        elif kind == 'svc':
            documents.append(service(what, name))
        elif kind == 'job':
            documents.append(job(what))
        elif kind == 'tcrd':
            documents.append(definition(what, marks))
        elif kind == 'crd':
            made = definition(what, marks)
            (root / 'crds' / f"{made['metadata']['name']}.yaml").write_text(json.dumps(made))
        elif kind == 'later':
            made = definition(what, marks)
            later = rig / 'hooks' / f'{name}-crds'
            later.mkdir(parents=True, exist_ok=True)
            (later / f"{made['metadata']['name']}.yaml").write_text(json.dumps(made))
        elif kind == 'files':
            found = glob.glob(os.path.expandvars(what))
            assert found, what
            for file in found:
                (root / 'files' / os.path.basename(file)).write_bytes(pathlib.Path(file).read_bytes())
            extra += FILES
        elif kind == 'cr':
            extra += OBJECT % tuple(what.split('/'))
        else:
            sys.exit(f'charts.py: what is `{thing}`?')
    text = ''
    for document in documents:
        written = json.dumps(document)
        for placeholder, template in TEMPLATES.items():
            written = written.replace(placeholder, template)
        text += f'---\n{written}\n'
    (root / 'templates' / 'all.yaml').write_text(text + KEPT + extra)
    (root / 'templates' / 'NOTES.txt').write_text('a stand-in, release {{ .Release.Name }}\n')
    (root / 'values.yaml').write_text(f'{values}\n')
    (root / 'Chart.yaml').write_text(json.dumps({'apiVersion': 'v2', 'name': name, 'version': version, 'appVersion': version}))
    subprocess.run(['helm', 'package', root, '-d', folder], check=True, stdout=subprocess.DEVNULL)
    above = '/'.join(['oci://127.0.0.1:5000', *path.split('/')[:-1]])
    push = ['helm', 'push', folder / f'{name}-{version}.tgz', above, '--plain-http']
    pushed = subprocess.run(push, capture_output=True, text=True)
    if pushed.returncode:
        sys.exit(f'charts.py: {path} {version}: {pushed.stderr}')


rig = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    os.environ |= {f'HELM_{kind}_HOME': f'{folder}/{kind}' for kind in ('CACHE', 'CONFIG', 'DATA')}
    lines = [line for line in pathlib.Path(sys.argv[2]).read_text().splitlines() if line.strip() and not line.startswith('#')]
    for number, line in enumerate(lines):
        make(line, pathlib.Path(folder) / str(number))
