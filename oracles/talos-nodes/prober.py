#!/usr/bin/env python3
# prober.py KUBECONFIG ADDRESS...: asks every API server five times a second, as an administrator, each time over a new connection, and says
# in a line for each moment which of them did not answer. That lasts until its standard output is closed or it is ended.
import asyncio, base64, re, ssl, sys, tempfile, time

kubeconfig, addresses = open(sys.argv[1]).read(), sys.argv[2:]
PAUSE, PATIENCE = 0.2, 2
REQUEST = b"GET /api/v1/namespaces/kube-system HTTP/1.1\r\nHost: own\r\nAccept: application/json\r\nConnection: close\r\n\r\n"


def stored(name):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(base64.b64decode(re.search(name + r":\s*(\S+)", kubeconfig)[1].strip('"')))
        return file.name


trust = ssl.create_default_context(cafile=stored("certificate-authority-data"))
trust.check_hostname = False
trust.load_cert_chain(stored("client-certificate-data"), stored("client-key-data"))


async def answers(address):
    reader, writer = await asyncio.open_connection(address, 6443, ssl=trust)
    try:
        writer.write(REQUEST)
        return b" 200 " in await reader.readline()
    finally:
        writer.close()


async def is_there(address):
    try:
        return await asyncio.wait_for(answers(address), PATIENCE)
    except (OSError, EOFError, asyncio.TimeoutError):
        return False


async def moment(begin):
    there = await asyncio.gather(*map(is_there, addresses))
    away = [address for address, is_one in zip(addresses, there) if not is_one]
    print(f"{begin:.1f}", *away, flush=True)


async def main():
    begin, moments = time.monotonic(), set()
    while True:
        one = asyncio.create_task(moment(time.monotonic() - begin))
        moments.add(one)
        one.add_done_callback(moments.discard)
        await asyncio.sleep(PAUSE)


asyncio.run(main())
