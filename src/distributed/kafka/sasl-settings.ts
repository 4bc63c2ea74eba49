/** The `sasl.*` part of a cluster's settings. */
import { parseJaasConfig } from "./jaas-config.ts";
import { fetchToken } from "./oauth-token.ts";
import type { PropertyReader } from "./property-reader.ts";

export type SaslSettings =
  | {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: "OAUTHBEARER";
      readonly token: () => Promise<string>;
      readonly extensions: Readonly<Record<string, string>>;
    };

const MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"] as const;
const JAAS = "sasl.jaas.config";
const ENDPOINT = "sasl.oauthbearer.token.endpoint.url";

/** Undefined where the protocol is without SASL. */
export function saslSettings(reader: PropertyReader, wanted: boolean): SaslSettings | undefined {
  const mechanism = reader.oneOf("sasl.mechanism", MECHANISMS, "GSSAPI");
  const text = reader.text(JAAS);
  const endpoint = reader.text(ENDPOINT);
  const user = { username: reader.text("sasl.username"), password: reader.text("sasl.password") };
  if (!wanted) return undefined;
  if (mechanism === "GSSAPI") {
    throw reader.unsupported("sasl.mechanism", {
      message: "Kerberos (sasl.mechanism 'GSSAPI', which is the default) is not supported",
      hint: "set sasl.mechanism to PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
    });
  }
  const options = text === undefined ? new Map<string, string>() : jaasOptions(reader, text);
  if (mechanism === "OAUTHBEARER") return oauthSettings(reader, endpoint, options);
  const username = options.get("username") ?? user.username;
  const password = options.get("password") ?? user.password;
  if (username !== undefined && password !== undefined) return { mechanism, username, password };
  throw reader.invalid(JAAS, {
    message: `sasl.mechanism '${mechanism}' needs a user name and a password`,
    hint: `write sasl.jaas.config=${moduleOf(mechanism)} required username="…" password="…";`,
  });
}

function moduleOf(mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"): string {
  const common = "org.apache.kafka.common.security";
  return mechanism === "PLAIN" ? `${common}.plain.PlainLoginModule` : `${common}.scram.ScramLoginModule`;
}

function jaasOptions(reader: PropertyReader, text: string): ReadonlyMap<string, string> {
  const parsed = parseJaasConfig(text);
  if (parsed !== undefined) return parsed.options;
  throw reader.invalid(JAAS, {
    message: "sasl.jaas.config cannot be read",
    hint: 'it has the form: <login module> required name="value" …; with the semicolon',
  });
}

function oauthSettings(
  reader: PropertyReader,
  endpoint: string | undefined,
  options: ReadonlyMap<string, string>,
): SaslSettings {
  const url = endpoint === undefined ? null : URL.parse(endpoint);
  if (url === null || !["http:", "https:", "file:"].includes(url.protocol)) {
    throw reader.invalid(ENDPOINT, {
      message:
        endpoint === undefined ? `OAUTHBEARER needs '${ENDPOINT}'` : `'${endpoint}' is no address of a token`,
      hint: "give the https: address of the authorization server's token endpoint, or the file: address of a token",
    });
  }
  const clientId = options.get("clientId");
  const clientSecret = options.get("clientSecret");
  if (url.protocol !== "file:" && (clientId === undefined || clientSecret === undefined)) {
    throw reader.invalid(JAAS, {
      message: "OAUTHBEARER needs clientId and clientSecret in sasl.jaas.config",
      hint: 'write org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="…" clientSecret="…";',
    });
  }
  const source = {
    endpoint: url,
    clientId: clientId ?? "",
    clientSecret: clientSecret ?? "",
    scope: options.get("scope"),
  };
  const extensions = [...options].filter(([name]) => name.startsWith("extension_"));
  return {
    mechanism: "OAUTHBEARER",
    token: () => fetchToken(source),
    extensions: Object.fromEntries(
      extensions.map(([name, value]) => [name.slice("extension_".length), value]),
    ),
  };
}
