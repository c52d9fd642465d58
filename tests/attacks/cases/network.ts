/** Ways to send a row out: SBX-45 to SBX-52. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection, createServer, type ListenOptions } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Arena } from './arena.ts';
import { expectRefused, type AttackCase } from './case.ts';

const NO_SOCKET = /^refused EAFNOSUPPORT$/;

/** A listener of the test's own, how to knock at it, and how often somebody did. */
async function withListener(where: ListenOptions, body: (port: number) => Promise<void>): Promise<number> {
  let visits = 0;
  const listener = createServer((socket) => {
    visits += 1;
    socket.destroy();
  }).listen(where);
  await once(listener, 'listening');
  const address = listener.address();
  await body(typeof address === 'object' && address ? address.port : 0);
  listener.close();
  return visits;
}

const knock = async (where: { port: number; host: string } | { path: string }) => void (await once(createConnection(where).resume(), 'close'));

/** The same attempt from the cage hears nothing at the listener; the test itself is heard. */
function reaching(
  id: AttackCase['id'],
  name: string,
  tries: string,
  where: (arena: Arena) => ListenOptions,
  body: (port: number, path: string) => string,
): AttackCase {
  return {
    id,
    name,
    tries,
    walls: ['network', 'worker filter', 'job filter'],
    async attack(arena) {
      const visits = await withListener(where(arena), async (port) => {
        const found = await arena.answers(`socket = __import__("socket")\n${body(port, where(arena).path ?? '')}`);
        expectRefused(found, Object.keys(found), NO_SOCKET);
      });
      expect(visits).toBe(0);
    },
    control: {
      does: 'the listener hears the test itself',
      run: async (cage) => {
        const { path } = where(cage);
        expect(await withListener(where(cage), (port) => knock(path === undefined ? { port, host: '127.0.0.1' } : { path }))).toBe(1);
      },
    },
  };
}

const refusalOnly = (id: AttackCase['id'], name: string, tries: string, body: string, how = NO_SOCKET): AttackCase => ({
  id,
  name,
  tries,
  walls: ['network', 'worker filter', 'job filter'],
  async attack({ answers }) {
    const found = await answers(`socket = __import__("socket")\n${body}`);
    expect(Object.keys(found).length).toBeGreaterThan(0);
    expectRefused(found, Object.keys(found), how);
  },
  control: {
    does: 'a pair of sockets within the process can be made, so it is the family that is refused',
    run: async (cage) =>
      expect((await cage.answers('socket = __import__("socket")\nattempt("pair", lambda: socket.socketpair()[0].fileno() > 0)'))['pair']).toBe('done True'),
  },
});

const loopback = () => ({ port: 0, host: '127.0.0.1' });

export const networkCases: AttackCase[] = [
  reaching(
    'SBX-45',
    'tcp-connect',
    'sends a row to an address',
    loopback,
    (port) => `attempt("tcp", lambda: socket.create_connection(("127.0.0.1", ${port}), 1))\nattempt("tcp6", lambda: socket.socket(socket.AF_INET6))`,
  ),
  reaching(
    'SBX-46',
    'localhost-services',
    "reaches a database or a metadata service on the machine's own address",
    loopback,
    (port) => `
for host in ("localhost", "127.0.0.1", "0.0.0.0", "169.254.169.254"):
    attempt(host, lambda: socket.socket(socket.AF_INET).connect((host, ${port})))
attempt("listen", lambda: socket.create_server(("127.0.0.1", 0)))`,
  ),
  {
    id: 'SBX-47',
    name: 'udp-dns',
    tries: 'leaks data in the names that it looks up',
    walls: ['network', 'worker filter', 'job filter'],
    async attack({ answers }) {
      const resolver = await fakeResolver();
      const found = await answers(`
socket = __import__("socket")
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"row", ("127.0.0.1", ${resolver.port})))
attempt("lookup", lambda: socket.getaddrinfo("row-1-secret.example", 80))`);
      expectRefused(found, ['udp', 'lookup'], /^refused (EAFNOSUPPORT|\?|EIO|ENOENT)$/);
      expect(resolver.close()).toBe(0);
    },
    control: {
      does: 'the resolver hears the test itself',
      run: async () => {
        const resolver = await fakeResolver();
        const heard = resolver.heard();
        const client = createSocket('udp4');
        client.send('row', resolver.port, '127.0.0.1');
        await heard;
        client.close();
        expect(resolver.close()).toBe(1);
      },
    },
  },
  refusalOnly(
    'SBX-48',
    'raw-icmp',
    'pings, and opens raw sockets',
    `
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
attempt("ping", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP))
attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))`,
  ),
  refusalOnly(
    'SBX-49',
    'vsock',
    'opens a socket to a virtual machine’s host',
    `
attempt("stream", lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
attempt("pair", lambda: socket.socketpair(socket.AF_VSOCK))
attempt("bluetooth", lambda: socket.socket(31, socket.SOCK_RAW))
attempt("crypto", lambda: socket.socket(38, 5))`,
  ),
  reaching(
    'SBX-50',
    'unix-path-socket',
    'talks to a socket file of the machine',
    ({ canary }) => ({ path: join(canary.home, '..', `door-${process.pid}`) }),
    (_, path) =>
      `attempt("door", lambda: socket.socket(socket.AF_UNIX).connect(${JSON.stringify(path)}))\nattempt("engine", lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"))`,
  ),
  reaching(
    'SBX-51',
    'abstract-socket',
    'talks to a socket without a file',
    () => ({ path: `\0modelwright-door-${process.pid}` }),
    (_, path) => `attempt("door", lambda: socket.socket(socket.AF_UNIX).connect(${JSON.stringify(path).replace('\\u0000', '\\0')}))`,
  ),
  refusalOnly(
    'SBX-52',
    'netlink',
    'lists or changes interfaces',
    `
attempt("route", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
attempt("names", lambda: socket.if_nameindex())
attempt("table", lambda: read("/proc/net/dev"))
attempt("routes", lambda: read("/proc/net/route"))`,
    /^refused (EAFNOSUPPORT|EACCES|ENOENT)$/,
  ),
];

async function fakeResolver() {
  let count = 0;
  const socket = createSocket('udp4');
  socket.on('message', () => (count += 1));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    heard: () => once(socket, 'message'),
    close: () => {
      socket.close();
      return count;
    },
  };
}
