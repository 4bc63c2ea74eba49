/** Choosing a SASL mechanism. After version 0 tokens follow without a request around them, after version 1 in SaslAuthenticate. */
import { arrayOf, defineApi, int16, string } from "../schema.ts";

export const saslHandshakeApi = defineApi({
  key: 17,
  name: "SaslHandshake",
  versions: [0, 1],
  flexibleSince: Infinity,
  request: {
    mechanism: string(),
  },
  response: {
    errorCode: int16(),
    mechanisms: arrayOf(string()),
  },
});
