#!/usr/bin/env python3
# registry.py ADDR PORT IMAGE.tar...: a read-only registry (pull only) serving OCI archives made by image.py; names come from
# io.containerd.image.name with the registry host cut off, so one mirror endpoint serves every registry.
import sys, tarfile, json, http.server, re
blobs, tags = {}, {}
for f in sys.argv[3:]:
    t=tarfile.open(f); m={x.name:t.extractfile(x).read() for x in t.getmembers() if x.isfile()}
    for n,b in m.items():
        if n.startswith("blobs/sha256/"): blobs["sha256:"+n.split("/")[-1]]=b
    for d in json.loads(m["index.json"])["manifests"]:
        ref=d["annotations"]["io.containerd.image.name"]; name,tag=ref.rsplit(":",1); tags[(name.split("/",1)[1],tag)]=d["digest"]
class H(http.server.BaseHTTPRequestHandler):
    protocol_version="HTTP/1.1"
    def do(self, body):
        p=self.path.split("?")[0]; code,data,ct,dig=404,b'{"errors":[{"code":"NAME_UNKNOWN"}]}',"application/json",None
        if p in ("/v2","/v2/"): code,data=200,b"{}"
        m=re.match(r"/v2/(.+)/(manifests|blobs)/(.+)$",p)
        if m:
            dig=m[3] if m[3].startswith("sha256:") else tags.get((m[1],m[3]))
            if dig in blobs:
                code,data=200,blobs[dig]; ct="application/octet-stream"
                if m[2]=="manifests": ct=json.loads(data).get("mediaType","application/vnd.oci.image.manifest.v1+json")
        self.send_response(code); self.send_header("Content-Type",ct); self.send_header("Content-Length",str(len(data)))
        if code==200 and dig: self.send_header("Docker-Content-Digest",dig)
        self.end_headers()
        if body: self.wfile.write(data)
    def do_GET(self): self.do(True)
    def do_HEAD(self): self.do(False)
print(tags, flush=True)
http.server.ThreadingHTTPServer((sys.argv[1],int(sys.argv[2])),H).serve_forever()
