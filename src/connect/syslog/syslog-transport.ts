/**
 * The ways of syslog messages: UDP (RFC 5426, one a datagram), TCP with counted octets (RFC 6587, 3.4.1), TLS (RFC 5425, the same
 * framing). None of them answers: over TCP and TLS a message is taken as delivered when the system has taken its bytes, over UDP when
 * it was sent.
 */
import { createSocket } from "node:dgram";
import type { Socket as UdpSocket } from "node:dgram";
import { connect as connectTcp, isIP, isIPv6 } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { trustedCertificates } from "../http/trusted-certificates.ts";

export interface SyslogTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Certificates (PEM) that are trusted beside the usual ones. */
  readonly caFile: string | undefined;
}

export interface SyslogTransport {
  /** The longest message that it carries, in bytes. */
  readonly bytesMax: number;
  send(messages: readonly Buffer[]): Promise<void>;
  close(): void;
}

/** What a datagram of IPv4 holds beside the headers. */
const DATAGRAM_MAX = 65_507;
const FRAME_MAX = 1024 * 1024;

export function udpTransport({ host, port }: SyslogTarget): SyslogTransport {
  let socket: UdpSocket | undefined;
  return {
    bytesMax: DATAGRAM_MAX,
    async send(messages) {
      socket ??= createSocket(isIPv6(host) ? "udp6" : "udp4").unref();
      // What comes back by ICMP is told with the next message.
      socket.removeAllListeners("error").on("error", () => undefined);
      for (const message of messages) await sendDatagram(socket, message, port, host);
    },
    close: () => socket?.close(),
  };
}

function sendDatagram(socket: UdpSocket, message: Buffer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, port, host, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** One connection, opened when there is something to send and again after it broke. */
export function streamTransport(target: SyslogTarget, isSecure: boolean): SyslogTransport {
  let open: Promise<Socket> | undefined;
  let current: Socket | undefined;
  const connection = (): Promise<Socket> => {
    if (current?.writable === false || current?.readableEnded === true) {
      current.destroy();
      open = undefined;
    }
    open ??= openStream(target, isSecure);
    return open;
  };
  return {
    bytesMax: FRAME_MAX,
    async send(messages) {
      try {
        current = await connection();
        const frames = messages.flatMap((message) => [Buffer.from(`${message.length} `), message]);
        await write(current, Buffer.concat(frames), target.timeoutMs);
      } catch (error) {
        current?.destroy();
        current = undefined;
        open = undefined;
        throw error;
      }
    },
    close: () => current?.destroySoon(),
  };
}

function openStream({ host, port, timeoutMs, caFile }: SyslogTarget, isSecure: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const ca = caFile === undefined ? {} : { ca: trustedCertificates(caFile) };
    const socket = isSecure
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ca })
      : connectTcp({ host, port });
    const late = setTimeout(
      () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.once("error", (error) => {
      clearTimeout(late);
      reject(error);
    });
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      clearTimeout(late);
      socket.on("error", () => undefined);
      // A peer says nothing; that it ended the connection is seen only where one reads.
      socket.resume();
      socket.setKeepAlive(true);
      socket.unref();
      resolve(socket);
    });
  });
}

function write(socket: Socket, bytes: Buffer, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error?: Error | null): void => {
      clearTimeout(late);
      socket.off("close", closed);
      reject(error ?? new Error("the connection broke"));
    };
    const closed = (): void => fail();
    const late = setTimeout(() => fail(new Error(`nothing was taken within ${timeoutMs} ms`)), timeoutMs);
    socket.once("close", closed);
    socket.write(bytes, (error) => {
      if (error !== undefined && error !== null) return fail(error);
      clearTimeout(late);
      socket.off("close", closed);
      resolve();
    });
  });
}
