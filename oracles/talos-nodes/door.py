#!/usr/bin/env python3
# door.py LISTEN PORT ADDRESS...: what stands before the API servers of a real cluster: a connection goes to the first that takes it,
# another one each time.
import asyncio, itertools, sys

listen, port, addresses = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
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


async def through(reader, writer):
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
    server = await asyncio.start_server(through, listen, port)
    await server.serve_forever()


asyncio.run(main())
