#!/usr/bin/env python3
# door.py LISTEN PORTS ADDRESS...: what stands before the control planes of a real cluster: a connection goes to the first that takes it,
# another one each time. PORTS are those of API servers and of trustd, which workers ask for their certificates.
import asyncio, functools, itertools, sys

listen, ports, addresses = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
turns = itertools.count()


async def pipe(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def through(port, reader, writer):
    first = next(turns)
    for offset in range(len(addresses)):
        address = addresses[(first + offset) % len(addresses)]
        try:
            there, back = await asyncio.wait_for(asyncio.open_connection(address, port), 1)
        except (OSError, asyncio.TimeoutError):
            continue
        await asyncio.gather(pipe(reader, back), pipe(there, writer))
        return
    writer.close()


async def main():
    servers = [await asyncio.start_server(functools.partial(through, int(port)), listen, int(port)) for port in ports]
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
