#!/bin/bash
# rootfs.sh OWN TALOS MACHINERY: in the folder of a release, a small root of a node in container mode, as the Dockerfile of Talos makes a large one.
set -e
R=$1/rootfs BIN=${NODES:?}/bin DEBS=$NODES/debs T=$2 M=$3
rm -rf "$R"; mkdir -p "$R"
mkdir -p $R/usr/{bin,lib,lib64,etc,local/bin,local/share,share/zoneinfo/Etc,libexec/kubernetes,local/lib/kubelet/credentialproviders,local/etc}
mkdir -p $R/{boot,dev,proc,sys,run,system,tmp,var,opt/{cni/bin,containerd/{bin,lib}},mnt,.extra,root}
mkdir -p $R/etc/{containerd,cri/conf.d/hosts,cni/net.d,kubernetes/manifests,ssl/certs,iscsi,nvme,selinux/targeted/contexts/files,lvm}
ln -s usr/bin $R/bin; ln -s usr/bin $R/sbin; ln -s bin $R/usr/sbin; ln -s usr/lib $R/lib; ln -s usr/lib64 $R/lib64
for d in $DEBS/*.deb; do case $d in *ca-certificates*) continue;; esac
  X=$(mktemp -d); dpkg -x $d $X
  for s in bin usr/bin sbin usr/sbin; do [ -d $X/$s ] && cp -a --remove-destination $X/$s/. $R/usr/bin/; done
  for s in lib usr/lib; do [ -d $X/$s ] && cp -a $X/$s/. $R/usr/lib/; done
  for s in lib64 usr/lib64; do [ -d $X/$s ] && cp -a $X/$s/. $R/usr/lib64/; done
  rm -rf $X
done
cp $1/machined $R/usr/bin/init
for l in poweroff shutdown reboot dashboard; do ln -s init $R/usr/bin/$l; done
cp $BIN/containerd $BIN/containerd-shim-runc-v2 $R/usr/bin/
mv $R/usr/bin/runc $R/usr/bin/runc.real; cp ${RUNC:?} $R/usr/bin/runc
mkdir -p $R/usr/share/spdx $R/usr/lib/modules $R/usr/lib/firmware
cp $T/hack/containerd.toml $R/etc/containerd/config.toml
cp $T/hack/cri-containerd.toml $R/etc/cri/containerd.toml
cp $T/hack/cri-plugin.part $R/etc/cri/conf.d/00-base.part
cp $T/hack/nfsmount.conf $R/etc/nfsmount.conf 2>/dev/null || touch $R/etc/nfsmount.conf
cp $T/hack/lvm.conf $R/etc/lvm/lvm.conf 2>/dev/null || true
cp $M/version/os-release $R/etc/os-release 2>/dev/null || echo 'NAME="Talos"' > $R/etc/os-release
cp $T/hack/zoneinfo/Etc/UTC $R/usr/share/zoneinfo/Etc/UTC 2>/dev/null || cp /usr/share/zoneinfo/Etc/UTC $R/usr/share/zoneinfo/Etc/UTC
ln -s /usr/share/zoneinfo/Etc/UTC $R/etc/localtime
( cd $R/etc; touch extensions.yaml resolv.conf hosts hostname machine-id cri/conf.d/{cri.toml,01-registries.part,20-customization.part,base-spec.json} \
   ssl/certs/ca-certificates.crt selinux/targeted/contexts/files/file_contexts iscsi/initiatorname.iscsi nvme/{hostid,hostnqn} )
cp /etc/ssl/certs/ca-certificates.crt $R/etc/ssl/certs/ca-certificates.crt
ln -s ca-certificates.crt $R/etc/ssl/certs/ca-certificates
for l in etc/pki usr/share/ca-certificates usr/local/share/ca-certificates etc/ca-certificates; do ln -s /etc/ssl $R/$l; done
echo true > $R/usr/etc/in-container
chmod -R a+rX $R
