// Verifies tokens with jose, as an API does that is given one: prints what is wrong, and how many were right.
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { authority, tokens } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const keys = new Map();

async function keysOf(tenant) {
  if (!keys.has(tenant)) {
    const metadata = await (await fetch(`${authority}/${tenant}/v2.0/.well-known/openid-configuration`)).json();
    keys.set(tenant, createRemoteJWKSet(new URL(metadata.jwks_uri)));
  }
  return keys.get(tenant);
}

async function verify({ token, audience, issuer, claims }) {
  const requiredClaims = ["aud", "iss", "iat", "nbf", "exp", "sub", "oid", "tid"];
  const options = { algorithms: ["RS256"], audience, issuer, requiredClaims };
  const { payload } = await jwtVerify(token, await keysOf(claims.tid), options);
  for (const [name, value] of Object.entries(claims)) {
    if (payload[name] !== value) throw new Error(`${name} is ${payload[name]}, not ${value}`);
  }
  if (payload.sub !== payload.oid) throw new Error("sub differs from oid");
}

let right = 0;
for (const one of tokens) {
  try {
    await verify(one);
    right += 1;
  } catch (error) {
    console.error(`${one.client}, ${one.flow}: ${error.name}: ${error.message}`);
  }
}
console.log(right);
