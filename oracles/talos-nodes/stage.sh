#!/bin/bash
# stage.sh: PID 1 of the node's new namespaces; lays the mounts as the docker provisioner does and execs machined
set -e
N=$1; B=${NODES:?}/nodes/$N; R=$B/root; : ${ROOTFS:?of its release}
mount --make-rprivate /
mkdir -p $R
# a read-only overlay: its source is not /dev/..., so machined's UnmountAll does not try (10 x 1 s) to unmount /
mkdir -p $B/empty; mount -t overlay -o ro,lowerdir=$B/empty:$ROOTFS overlay $R
mount -t proc -o nosuid,nodev,noexec proc $R/proc
# host-wide sysctls out of reach; only the network namespace's own are writable
mount --bind $R/proc/sys $R/proc/sys
mount --bind $R/proc/sys/net $R/proc/sys/net
mount -o remount,bind,ro $R/proc/sys
mount -o remount,bind,rw $R/proc/sys/net 
[ -e /proc/sysrq-trigger ] && mount --bind $R/proc/sysrq-trigger $R/proc/sysrq-trigger && mount -o remount,bind,ro $R/proc/sysrq-trigger
# the defaults that machined writes and that are not namespaced go to plain files
for k in fs/aio-max-nr fs/inotify/max_user_instances kernel/panic kernel/pid_max vm/overcommit_memory; do
  f=$B/sysctl/$k; mkdir -p $(dirname $f); cat /proc/sys/$k > $f; mount --bind $f $R/proc/sys/$k; done
# without CAP_SYS_RESOURCE: containerd's sys.SetOOMScore ignores EACCES when it believes that it runs in a user namespace
# (moby/sys/userns reads /proc/self/uid_map once); machined is pid 1, so only its own file is covered
printf '         0          0 4294967294\n' > $B/uid_map; mount --bind $B/uid_map $R/proc/1/uid_map
# every boot has a boot id of its own, as on real hardware
cat /proc/sys/kernel/random/uuid > $B/boot_id
mount --bind $B/boot_id $R/proc/sys/kernel/random/boot_id
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs $R/sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 $R/sys/fs/cgroup
mount -t tmpfs -o mode=755,nosuid tmpfs $R/dev
for d in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0" "kmsg 1 11" "fuse 10 229"; do set -- $d; mknod -m 666 $R/dev/$1 c $2 $3; done
mkdir -p $R/dev/{pts,shm,mqueue}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts $R/dev/pts
ln -s pts/ptmx $R/dev/ptmx; ln -s /proc/self/fd $R/dev/fd; ln -s /proc/self/fd/0 $R/dev/stdin; ln -s /proc/self/fd/1 $R/dev/stdout; ln -s /proc/self/fd/2 $R/dev/stderr
mount -t tmpfs -o mode=1777 shm $R/dev/shm
mount -t mqueue mqueue $R/dev/mqueue
for d in run system tmp; do mount -t tmpfs tmpfs $R/$d; done
for d in var system/state etc/cni etc/kubernetes usr/libexec/kubernetes opt; do
  mkdir -p $B/vol/$d; mkdir -p $R/$d; mount --bind $B/vol/$d $R/$d; done
for f in hostname hosts resolv.conf; do mount --bind $B/$f $R/etc/$f; done
hostname $N
cd $R
# pivot_root(".", "."), lazy umount of the old root, exec: perl needs nothing of the old root once loaded
exec env -i PATH=/usr/bin PLATFORM=container TALOSSKU=2CPU-2048RAM ${USERDATA:+USERDATA=$USERDATA} ${INIT:+"INIT=$INIT"} ${EXTRA_ENV} /usr/bin/perl -e '
my $d="."; syscall(155,$d,$d)==0 or die "pivot_root: $!"; syscall(166,$d,2)==0 or die "umount2: $!"; chdir "/"; exec split(/ /, $ENV{INIT} || "/sbin/init") or die "exec: $!";'
