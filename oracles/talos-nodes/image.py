#!/usr/bin/env python3
# image.py OUT.tar REF ENTRYPOINT FILE=PATH[=MODE] ... : one-layer OCI image archive (importable by containerd / `talosctl image import`)
import hashlib, io, json, sys, tarfile, os
out, ref, entry, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
def sha(b): return "sha256:"+hashlib.sha256(b).hexdigest()
l=io.BytesIO(); t=tarfile.open(fileobj=l, mode="w")
dirs=set()
for f in files:
    src,dst=f.split("=")[:2]
    p=""
    for d in dst.strip("/").split("/")[:-1]:
        p+=d+"/"
        if p not in dirs:
            dirs.add(p); i=tarfile.TarInfo(p.rstrip("/")); i.type=tarfile.DIRTYPE; i.mode=0o755; t.addfile(i)
    b=open(src,"rb").read(); i=tarfile.TarInfo(dst.strip("/")); i.size=len(b); i.mode=0o755; t.addfile(i, io.BytesIO(b))
t.close(); layer=l.getvalue()
cfg=json.dumps({"architecture":"amd64","os":"linux","config":{"Entrypoint":[entry],"Env":["PATH=/usr/local/bin:/usr/bin:/bin","VERSION="+ref.rsplit(":",1)[1]]},"rootfs":{"type":"layers","diff_ids":[sha(layer)]},"history":[{"created_by":"image.py"}]}).encode()
man=json.dumps({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":sha(cfg),"size":len(cfg)},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":sha(layer),"size":len(layer)}]}).encode()
idx=json.dumps({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":sha(man),"size":len(man),"platform":{"architecture":"amd64","os":"linux"},"annotations":{"io.containerd.image.name":ref,"org.opencontainers.image.ref.name":ref.rsplit(":",1)[-1]}}]}).encode()
o=tarfile.open(out,"w")
def add(n,b): i=tarfile.TarInfo(n); i.size=len(b); o.addfile(i, io.BytesIO(b))
add("oci-layout",b'{"imageLayoutVersion":"1.0.0"}'); add("index.json",idx)
for b in (cfg,man,layer): add("blobs/sha256/"+sha(b)[7:],b)
o.close(); print(ref, sha(man), os.path.getsize(out))
