/** The messages of SCRAM (RFC 5802, section 7): reading the client's, writing the server's. */

export interface ClientFirst {
  readonly user: string;
  /** Empty: the user itself. */
  readonly authorizationId: string;
  readonly nonce: string;
  /** The header, which the client repeats in its last message. */
  readonly header: string;
  /** The message without its header, for the signature. */
  readonly bare: string;
}

export interface ClientFinal {
  readonly channelBinding: string;
  readonly nonce: string;
  readonly proof: Buffer;
  /** The message without its proof, for the signature. */
  readonly withoutProof: string;
}

/** Names, nonces and extensions together. */
const MESSAGE_BYTES_MAX = 4096;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Printable ASCII without the comma. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;

/** Undefined where the message is malformed or asks for what is not offered (channel binding, mandatory extensions). */
export function readClientFirst(message: Buffer): ClientFirst | undefined {
  const text = messageText(message) ?? "";
  const match = /^[ny],(?:a=([^,]*))?,(n=([^,]*),r=([^,]*)(?:,.*)?)$/s.exec(text);
  if (match === null) return undefined;
  const [, authorization = "", bare = "", name = "", nonce = ""] = match;
  const user = decodedName(name);
  const authorizationId = decodedName(authorization);
  if (user === undefined || user === "" || authorizationId === undefined || !NONCE.test(nonce)) {
    return undefined;
  }
  return { user, authorizationId, nonce, header: text.slice(0, -bare.length), bare };
}

export function readClientFinal(message: Buffer): ClientFinal | undefined {
  const text = messageText(message);
  const match = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/s.exec(text ?? "");
  if (match === null) return undefined;
  const [, withoutProof = "", binding = "", nonce = "", proof = ""] = match;
  if (!BASE64.test(binding) || !BASE64.test(proof)) return undefined;
  const channelBinding = Buffer.from(binding, "base64").toString();
  return { channelBinding, nonce, proof: Buffer.from(proof, "base64"), withoutProof };
}

export function serverFirst(nonce: string, salt: Buffer, iterations: number): string {
  return `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
}

export function serverFinal(signature: Buffer): string {
  return `v=${signature.toString("base64")}`;
}

function messageText(message: Buffer): string | undefined {
  return message.length > MESSAGE_BYTES_MAX ? undefined : message.toString("utf8");
}

/** In names `=2C` stands for a comma and `=3D` for an equals sign, and no equals sign for anything else. */
function decodedName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
