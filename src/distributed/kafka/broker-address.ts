/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export function addressText({ host, port }: BrokerAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
